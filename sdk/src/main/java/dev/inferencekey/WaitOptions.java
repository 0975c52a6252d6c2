package dev.inferencekey;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How {@code waitUntilReady} waits.
 *
 * @param timeout for all of it, reconnecting included
 * @param onProgress is given each report, in order, on the waiting thread; what it throws ends the wait
 * @param progressLine whether progress is shown to people: one line that is redrawn if the process has a terminal, else a line on
 *     standard error for each change
 */
public record WaitOptions(Duration timeout, Consumer<Readiness> onProgress, boolean progressLine) {
    /** Enough to fetch a large model to a fresh machine. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);

    public WaitOptions {
        ClientBuilder.positive(timeout, "timeout");
        Objects.requireNonNull(onProgress, "onProgress");
    }

    /** Half an hour, with a progress line. */
    public static WaitOptions defaults() {
        return new WaitOptions(DEFAULT_TIMEOUT, readiness -> {}, true);
    }

    /** The same with another time limit. */
    public WaitOptions withTimeout(Duration limit) {
        return new WaitOptions(limit, onProgress, progressLine);
    }

    /** The same with a listener. */
    public WaitOptions withProgress(Consumer<Readiness> listener) {
        return new WaitOptions(timeout, listener, progressLine);
    }

    /** The same with or without the progress line. */
    public WaitOptions withProgressLine(boolean shown) {
        return new WaitOptions(timeout, onProgress, shown);
    }
}
