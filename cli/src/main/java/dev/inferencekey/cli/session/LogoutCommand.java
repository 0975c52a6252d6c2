package dev.inferencekey.cli.session;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.ControlCredential;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code ik logout}. */
@Command(name = "logout", description = "End the session of ik login, here and on the server.")
public final class LogoutCommand extends LeafCommand {
    public LogoutCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Optional<ControlCredential> session = context.sessions().find(context.server(), context.now());
        // Forgotten here first: what is gone from this machine cannot be used from it, whatever the server says.
        boolean existed = context.sessions().forget(context.server());
        if (session.isPresent()) {
            try (ControlApi api = new ControlApi(context.server(), session.get())) {
                api.delete(ApiPath.of("sessions", "current"));
            } catch (RefusedException e) {
                if (e.status() != 401) {
                    throw e;
                }
            }
        }
        context.answer(
                object().put("signed_out", existed).put("url", context.server().toString()),
                () -> context.say(
                        existed
                                ? "Signed out of " + context.server() + "."
                                : "Nobody was signed in to " + context.server() + "."));
    }
}
