package dev.inferencekey.internal;

import java.io.IOException;
import java.time.Duration;

/** The answer did not come within the call's time limit. */
public final class CallTimeoutException extends IOException {
    private CallTimeoutException(String message) {
        super(message);
    }

    static CallTimeoutException after(Duration limit) {
        return new CallTimeoutException("no complete answer within " + Durations.text(limit));
    }
}
