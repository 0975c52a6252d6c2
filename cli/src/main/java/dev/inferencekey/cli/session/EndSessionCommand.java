package dev.inferencekey.cli.session;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.PublicId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ik session end}. */
@Command(name = "end", description = "End one of your sign-ins, or all of them, the one of this command as well.")
public final class EndSessionCommand extends LeafCommand {
    @Parameters(paramLabel = "ID", arity = "0..1", description = "Which, as `ik session list` names it.")
    private @Nullable String id;

    @Option(names = "--all", description = "All of them: sign out everywhere.")
    private boolean all;

    public EndSessionCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        if (all) {
            if (id != null) {
                throw new UsageException("name a sign-in or say --all, not both");
            }
            endAll();
        } else if (id != null) {
            end(PublicId.require(id, "ik session list"));
        } else {
            throw new UsageException("name a sign-in, as `ik session list` does, or say --all");
        }
    }

    private void endAll() {
        try (ControlApi api = context.apiForSignedIn()) {
            api.delete(ApiPath.of("sessions"));
        }
        // Only now: had the server been away, the session would have been needed for another try.
        context.sessions().forget(context.server());
        context.answer(
                object().put("ended", true).put("all", true), () -> context.say("All your sign-ins have ended."));
    }

    private void end(String wanted) {
        try (ControlApi api = context.apiForSignedIn()) {
            boolean own = context.sessions()
                    .find(context.server(), context.now())
                    .filter(session -> session.isSession(wanted))
                    .isPresent();
            api.delete(ApiPath.of("sessions", wanted));
            if (own) {
                context.sessions().forget(context.server());
            }
        }
        context.answer(
                object().put("ended", true).put("id", wanted), () -> context.say("Ended sign-in " + wanted + "."));
    }
}
