package dev.inferencekey.cli.store;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.up.StoreOptions;
import dev.inferencekey.server.app.StoreKeeping;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik store grant-gateway}. */
@Command(
        name = "grant-gateway",
        description =
                "Let a database user of its own do what servers with the role gateway need, and nothing else; again"
                        + " after each upgrade.")
public final class GrantGatewayCommand extends StoreCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // What holds is put together with variables and file.
    private StoreOptions store = new StoreOptions();

    @Parameters(paramLabel = "ROLE", description = "The user, as PostgreSQL knows it.")
    private String role = "";

    @Option(names = "--print", description = "Print the statements and execute none of them.")
    private boolean print;

    public GrantGatewayCommand(CommandContext context) {
        super(context);
    }

    @Override
    void keep() {
        List<String> statements;
        try {
            statements = StoreKeeping.gatewayRights(role);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        if (!print) {
            keeping().grantGateway(role);
        }
        ObjectNode document = object().put("executed", !print);
        ArrayNode list = document.putArray("statements");
        statements.forEach(list::add);
        context.answer(document, () -> {
            if (print) {
                statements.forEach(statement -> context.say(statement + ";"));
            } else {
                context.say("The user " + role + " can do what a gateway needs. Start gateways with --role gateway and"
                        + " --store as this user.");
            }
        });
    }
}
