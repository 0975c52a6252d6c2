package dev.inferencekey.internal;

import java.io.IOException;

/** The client was closed while the call was in flight. */
public final class ClientClosedException extends IOException {
    ClientClosedException() {
        super("the client was closed while the call was in flight");
    }
}
