package dev.inferencekey.cli.session;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.SecretInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik login}. */
@Command(
        name = "login",
        description =
                "Sign in to a server. The session is kept in the user's configuration folder, readable by the user alone.")
public final class LoginCommand extends LeafCommand {
    @Parameters(paramLabel = "EMAIL", description = "Who signs in.")
    private String email = "";

    @Option(names = "--password-stdin", description = "Read the password from standard input instead of asking for it.")
    private boolean passwordStdin;

    public LoginCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String password = passwordStdin
                ? SecretInput.read(context.shell(), "the password")
                : SecretInput.ask(
                        context.shell(),
                        "Password of " + email + ": ",
                        "nobody is here to type a password; pipe it in with --password-stdin");
        try (ControlApi api = context.apiForAnyone()) {
            JsonNode answer = api.post(
                    ApiPath.of("sessions"), object().put("email", email).put("password", password));
            JsonNode session = answer.path("session");
            if (!session.isString() || session.asString().isBlank()) {
                throw new RefusedException(
                        0, "unexpected_answer", "the server let you in without a session", null, null);
            }
            String expiresAt = Facts.text(answer, "expires_at");
            context.sessions().keep(context.server(), session.asString(), email, expiresAt);
            ObjectNode document = object().put("url", context.server().toString())
                    .put("email", email)
                    .put("expires_at", expiresAt);
            String ends = Facts.when(answer, "expires_at", context.now());
            context.answer(
                    document,
                    () -> context.say("Signed in to " + context.server() + " as " + email
                            + (ends == null ? "." : "; the session ends " + ends + ".")));
        }
    }
}
