package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.BudgetOptions;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.RateLimitOptions;
import dev.inferencekey.cli.command.ReceiptText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik key update}. */
@Command(
        name = "update",
        description = "Change a key's name, what it may call, how much, or when it ends. Its secret stays.")
public final class UpdateKeyCommand extends CredentialCommand {
    @Option(names = "--name", paramLabel = "NAME", description = "Its new name.")
    private @Nullable String name;

    @Mixin
    private GrantOptions grants = new GrantOptions();

    @Mixin
    private ExpiryOption expiry = new ExpiryOption();

    @Mixin
    private RateLimitOptions limits = new RateLimitOptions();

    @Mixin
    private BudgetOptions budget = new BudgetOptions();

    public UpdateKeyCommand(CommandContext context) {
        super(context, CredentialKind.KEY);
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        ObjectNode body = object();
        if (name != null) {
            body.put("name", name);
        }
        if (grants.given()) {
            grants.addTo(body, projectSlug());
        }
        expiry.addTo(body, context);
        ObjectNode wanted = object();
        limits.change(wanted);
        if (body.isEmpty() && wanted.isEmpty() && !budget.given()) {
            throw new UsageException(
                    "nothing to change: pass --name, --workload, --all, --expires, --rpm, --tpm, --concurrent, "
                            + BudgetOptions.NAMES);
        }
        if (!wanted.isEmpty()) {
            // The server replaces limits as a whole; those that were not named stay.
            ObjectNode all = body.putObject("limits");
            api.get(path).path("limits").propertyStream().forEach(limit -> all.set(limit.getKey(), limit.getValue()));
            all.setAll(wanted);
        }
        if (budget.given()) {
            ApiPath ofBudget = path.below("budget");
            ObjectNode all = object();
            budget.change(all, api.get(ofBudget));
            api.put(ofBudget, all);
        }
        JsonNode changed = body.isEmpty() ? api.get(path) : api.patch(path, body);
        JsonNode key = budget.given() ? withBudget(api, path, changed) : changed;
        context.answer(key, () -> {
            new CredentialScreen(context, kind).show(key);
            if (ReceiptText.isPartial(key)) {
                context.say(ReceiptText.sentences(key, context.now()).strip());
            }
        });
    }
}
