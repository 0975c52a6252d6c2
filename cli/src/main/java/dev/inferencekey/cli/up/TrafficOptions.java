package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.SizeText;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * How requests are treated: how much they may bring, how long they may take, what becomes of them when it gets tight. Filled by picocli
 * on one thread. What is not given is left to the platform, whose defaults the descriptions name.
 */
final class TrafficOptions {
    private static final List<String> TRANSPORTS = List.of("auto", "epoll", "io_uring", "nio");
    private static final List<String> JOURNAL_POLICIES = List.of("serve-unmetered", "refuse");
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST_WAITING = 1_000_000;
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    @Option(
            names = "--max-body",
            paramLabel = "SIZE",
            description = "The largest JSON request body; larger ones get 413 (default: 32MiB).")
    private @Nullable String maxBody;

    @Option(
            names = "--max-upload",
            paramLabel = "SIZE",
            description = "The largest multipart request body (default: 1GiB).")
    private @Nullable String maxUpload;

    @Option(
            names = "--max-header",
            paramLabel = "SIZE",
            description = "The largest header section of a request or an answer (default: 32KiB).")
    private @Nullable String maxHeader;

    @Option(
            names = "--head-timeout",
            paramLabel = "TIME",
            description = "How long a caller may take to send a request's header section (default: 15s).")
    private @Nullable Duration headTimeout;

    @Option(
            names = "--body-timeout",
            paramLabel = "TIME",
            description = "The longest silence inside a request's body (default: 30s).")
    private @Nullable Duration bodyTimeout;

    @Option(
            names = "--keep-alive",
            paramLabel = "TIME",
            description = "How long a connection without a request stays open; longer than what a load balancer in"
                    + " front keeps its own (default: 75s).")
    private @Nullable Duration keepAlive;

    @Option(
            names = "--answer-timeout",
            paramLabel = "TIME",
            description = "How long a model server may take to begin its answer, which without streaming is all of"
                    + " the work (default: 10m).")
    private @Nullable Duration answerTimeout;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            description = "The longest silence inside a model server's answer (default: 5m).")
    private @Nullable Duration idleTimeout;

    @Option(
            names = "--total-timeout",
            paramLabel = "TIME",
            description = "How long a request may take in all, the wait for a replica and the answer included;"
                    + " 0s: as long as it takes (default: 0s).")
    private @Nullable Duration totalTimeout;

    @Option(
            names = "--max-wait",
            paramLabel = "TIME",
            description = "How long a request waits for a replica to be ready; 0s: not at all (default: 60s).")
    private @Nullable Duration maxWait;

    @Option(
            names = "--max-waiting",
            paramLabel = "N",
            description = "How many requests wait for a replica at most; further ones get 503 (default: 1000).")
    private @Nullable Integer maxWaiting;

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            description = "When stopping, serve on for so long while not ready any more, so that load balancers see it"
                    + " in time (default: 0s).")
    private @Nullable Duration drain;

    @Option(
            names = "--stop-timeout",
            paramLabel = "TIME",
            description = "When stopping, after --drain, let requests that run go on for so long; streams that are left"
                    + " end with an error event (default: 10s).")
    private @Nullable Duration stopTimeout;

    @Option(
            names = "--when-journal-full",
            paramLabel = "WHAT",
            description = "What becomes of requests whose usage can't be kept since the disk is full: serve-unmetered,"
                    + " or refuse with 503 (default: serve-unmetered).")
    private @Nullable String whenJournalFull;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description = "How to talk to sockets: auto, epoll, io_uring or nio (default: auto).")
    private @Nullable String transport;

    LaunchSettings.Traffic settings() {
        return new LaunchSettings.Traffic(
                size("--max-body", maxBody, 1, GIB),
                size("--max-upload", maxUpload, 1, KIB * GIB),
                size("--max-header", maxHeader, KIB, MIB),
                time("--head-timeout", headTimeout, SHORTEST),
                time("--body-timeout", bodyTimeout, SHORTEST),
                time("--keep-alive", keepAlive, SHORTEST),
                time("--answer-timeout", answerTimeout, SHORTEST),
                time("--idle-timeout", idleTimeout, SHORTEST),
                time("--total-timeout", totalTimeout, Duration.ZERO),
                time("--max-wait", maxWait, Duration.ZERO),
                checkedMaxWaiting(),
                time("--drain", drain, Duration.ZERO),
                time("--stop-timeout", stopTimeout, SHORTEST),
                name("--when-journal-full", whenJournalFull, JOURNAL_POLICIES),
                name("--transport", transport, TRANSPORTS));
    }

    private @Nullable Integer checkedMaxWaiting() {
        if (maxWaiting != null && (maxWaiting < 0 || maxWaiting > MOST_WAITING)) {
            throw new UsageException("--max-waiting must be between 0 and " + MOST_WAITING);
        }
        return maxWaiting;
    }

    private static @Nullable Long size(String option, @Nullable String text, long least, long most) {
        if (text == null) {
            return null;
        }
        long bytes = SizeText.parse(text)
                .orElseThrow(() -> new UsageException(option + ": " + SizeText.FORM + ", not '" + text + "'"));
        if (bytes < least || bytes > most) {
            throw new UsageException(
                    option + " must be between " + SizeText.show(least) + " and " + SizeText.show(most));
        }
        return bytes;
    }

    private static @Nullable Duration time(String option, @Nullable Duration time, Duration least) {
        if (time != null && (time.compareTo(least) < 0 || time.compareTo(LONGEST) > 0)) {
            throw new UsageException(
                    option + " must be between " + least.toSeconds() + "s and " + LONGEST.toHours() + "h");
        }
        return time;
    }

    /** As the platform writes it: {@code SERVE_UNMETERED}. */
    private static @Nullable String name(String option, @Nullable String name, List<String> names) {
        if (name == null) {
            return null;
        }
        if (!names.contains(name)) {
            throw new UsageException(option + " must be one of " + String.join(", ", names));
        }
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
