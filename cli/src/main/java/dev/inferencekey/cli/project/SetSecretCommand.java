package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.command.SecretInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ik secret set}. */
@Command(
        name = "set",
        description = "Keep a secret for calls to another provider; workloads name it in config.secret_ref. "
                + "The value is asked for, or read from standard input.")
public final class SetSecretCommand extends LeafCommand {
    @Parameters(paramLabel = "NAME", description = "What workloads call it.")
    private String name = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public SetSecretCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        try (ControlApi api = context.api()) {
            String value = context.shell()
                    .passwords()
                    .ask("Value of " + name + ": ")
                    .filter(typed -> !typed.isEmpty())
                    .orElseGet(() -> SecretInput.read(context.shell(), "the value"));
            api.put(ApiPath.inProject(slug, "secrets", name), object().put("value", value));
            context.answer(
                    object().put("set", true).put("name", name),
                    () -> context.say("Secret " + name + " is kept in " + slug + "; it is never shown again."));
        }
    }
}
