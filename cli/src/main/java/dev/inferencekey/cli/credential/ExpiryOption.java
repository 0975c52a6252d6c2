package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** When a credential ends by itself. Filled by picocli on one thread. */
final class ExpiryOption {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "How long it works, such as 90d or 24h (default: until it is revoked).")
    private @Nullable Duration expires;

    /** Adds the moment to a request, if one was asked for. */
    void addTo(ObjectNode body, CommandContext context) {
        if (expires == null) {
            return;
        }
        if (expires.isZero() || expires.compareTo(LONGEST) > 0) {
            throw new UsageException("--expires must be longer than nothing and at most " + LONGEST.toDays() + "d");
        }
        body.put(
                "expires_at",
                context.now().plus(expires).truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
