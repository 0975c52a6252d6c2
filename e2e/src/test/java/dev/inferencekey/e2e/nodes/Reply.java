package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http;

/**
 * What a node answered, whole.
 *
 * @param stays whether the connection takes another request
 * @param firstByteAt when the first byte of the answer had come, {@link System#nanoTime}
 */
record Reply(int status, String body, boolean stays, long firstByteAt) {
    private static final String END_OF_STREAM = "data: [DONE]";

    /** The error code in either plane's shape; empty if there is none. */
    String code() {
        return status < 400 ? "" : Http.code(body);
    }

    /** For an answer that was asked for as a stream: whether it came to its proper end. */
    boolean streamIsWhole() {
        return body.stripTrailing().endsWith(END_OF_STREAM);
    }
}
