package dev.inferencekey.cli.config;

import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.up.ReloadNote;
import dev.inferencekey.cli.up.ReloadOutcome;
import dev.inferencekey.cli.up.ServerConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik config reload}. */
@Command(
        name = "reload",
        description =
                "Let the server that runs on the data folder here read its configuration file again, and say what came of"
                        + " it; ends with 1 if it refused, which changes nothing.")
public final class ReloadConfigCommand extends LeafCommand {
    private static final Duration PAUSE = Duration.ofMillis(20);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Take the data folder from this configuration file, unless a flag or variable names it"
                    + " (default: $$INFERENCEKEY_CONFIG, else none).")
    private @Nullable Path config;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long to wait for the server's answer (default: 10s).")
    private Duration timeout = Duration.ZERO;

    public ReloadConfigCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() throws IOException {
        Path data = ServerConfiguration.of(context, List.of(), config).data();
        ReloadNote.Read server = note(data)
                .orElseThrow(() -> new UsageException("no server with a configuration file runs on the data folder "
                        + data + "; name the server's with --data"));
        signal(server.pid());
        ReloadOutcome outcome = await(data, server);
        if (!outcome.done()) {
            throw new RefusedException(0, "reload_refused", outcome.sentence(), null, null);
        }
        ObjectNode document = object().put("config", server.config().toString());
        ArrayNode settings = document.putArray("settings");
        outcome.settings().forEach(settings::add);
        context.answer(document, () -> context.say(outcome.sentence()));
    }

    private static Optional<ReloadNote.Read> note(Path data) {
        try {
            return ReloadNote.read(data);
        } catch (UncheckedIOException e) {
            throw new UsageException(
                    "can't read the data folder " + data + "; run this as the user that runs the server", e);
        }
    }

    /** Java itself can only end processes. */
    private static void signal(long pid) throws IOException {
        Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(pid))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (kill.waitFor() != 0) {
                throw new UsageException("this user may not signal the server, which is process " + pid
                        + "; run this as the user that runs it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ReloadOutcome await(Path data, ReloadNote.Read before) {
        long end = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
            ReloadNote.Read now = note(data)
                    .orElseThrow(() -> new RefusedException(
                            0, "reload_refused", "the server ended; its logs/server.log tells why", null, null));
            ReloadOutcome last = now.last();
            if (now.count() > before.count() && last != null) {
                return last;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new RefusedException(
                0,
                "reload_refused",
                "the server, which is process " + before.pid()
                        + ", has not answered yet; its logs/server.log will tell what" + " came of it",
                null,
                null);
    }
}
