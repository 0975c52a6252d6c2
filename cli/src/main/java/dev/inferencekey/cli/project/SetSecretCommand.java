package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.command.SecretInput;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik secret set}. */
@Command(
        name = "set",
        description = "Keep a secret for calls to another provider; workloads name it in config.secret_ref. "
                + "It is sent to the hosts that are named here and nowhere else. "
                + "The value is asked for, or read from standard input.")
public final class SetSecretCommand extends LeafCommand {
    @Parameters(paramLabel = "NAME", description = "What workloads call it.")
    private String name = "";

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description =
                    "A host that it may be sent to, such as api.example.com (any port) or 10.0.0.5:8000; repeatable.")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--for-engines",
            description = "Model servers that the platform starts may be given it, such as a token for downloads.")
    private boolean engines;

    @Mixin
    private ProjectOption project = new ProjectOption();

    public SetSecretCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        if (hosts.isEmpty() && !engines) {
            throw new UsageException("say where the secret may be sent: --host HOST, such as --host api.example.com; or"
                    + " --for-engines, for one that only model servers of the platform's machine are given");
        }
        String slug = project.slug(context);
        try (ControlApi api = context.api()) {
            String value = context.shell()
                    .passwords()
                    .ask("Value of " + name + ": ")
                    .filter(typed -> !typed.isEmpty())
                    .orElseGet(() -> SecretInput.read(context.shell(), "the value"));
            ObjectNode body = object().put("value", value);
            ObjectNode answer = object().put("set", true).put("name", name);
            for (ObjectNode node : List.of(body, answer)) {
                ArrayNode told = node.putArray("hosts");
                hosts.forEach(told::add);
                node.put("engines", engines);
            }
            api.put(ApiPath.inProject(slug, "secrets", name), body);
            context.answer(
                    answer, () -> context.say("Secret " + name + " is kept in " + slug + "; it is never shown again."));
        }
    }
}
