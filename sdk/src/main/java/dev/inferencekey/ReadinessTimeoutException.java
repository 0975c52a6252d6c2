package dev.inferencekey;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.internal.Durations;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The workload was not ready within the time that {@code waitUntilReady} was given. It goes on starting; waiting again is fine. */
public final class ReadinessTimeoutException extends InferenceKeyException {
    private final transient @Nullable Readiness last;

    ReadinessTimeoutException(
            EndpointRef endpoint, Duration timeout, @Nullable Readiness last, @Nullable Throwable cause) {
        super(
                "not ready: " + endpoint + " was not ready within " + Durations.text(timeout)
                        + (last == null ? "" : "; last seen: " + last),
                ErrorDetails.local(ErrorCode.WORKLOAD_NOT_READY),
                cause);
        this.last = last;
    }

    /** The last report that came; empty if none did. */
    public Optional<Readiness> last() {
        return Optional.ofNullable(last);
    }
}
