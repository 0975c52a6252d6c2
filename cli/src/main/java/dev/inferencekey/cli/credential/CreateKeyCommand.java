package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.BudgetOptions;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.command.RateLimitOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik key create}. */
@Command(name = "create", description = "Create an API key. Its secret is shown once.")
public final class CreateKeyCommand extends LeafCommand {
    @Option(names = "--name", paramLabel = "NAME", required = true, description = "What it is for, such as web.")
    private String name = "";

    @Mixin
    private GrantOptions grants = new GrantOptions();

    @Mixin
    private ExpiryOption expiry = new ExpiryOption();

    @Mixin
    private RateLimitOptions limits = new RateLimitOptions();

    @Mixin
    private BudgetOptions budget = new BudgetOptions();

    @Mixin
    private ProjectOption project = new ProjectOption();

    public CreateKeyCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        ObjectNode body = object().put("name", name);
        grants.addTo(body, slug);
        expiry.addTo(body, context);
        if (limits.given()) {
            limits.change(body.putObject("limits"));
        }
        if (budget.given()) {
            budget.addTo(body.putObject("budget"));
        }
        try (ControlApi api = context.api()) {
            JsonNode key = api.post(ApiPath.inProject(slug, CredentialKind.KEY.segment()), body);
            context.answer(
                    key,
                    () -> new CredentialScreen(context, CredentialKind.KEY)
                            .minted("Created key " + Facts.shown(key, "name"), key));
        }
    }
}
