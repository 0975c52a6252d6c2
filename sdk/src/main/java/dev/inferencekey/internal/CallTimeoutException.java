package dev.inferencekey.internal;

import java.io.IOException;

/** The answer did not come within the call's time limit. */
public final class CallTimeoutException extends IOException {
    CallTimeoutException(String message) {
        super(message);
    }
}
