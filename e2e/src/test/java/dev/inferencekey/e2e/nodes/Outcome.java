package dev.inferencekey.e2e.nodes;

/**
 * What became of one request, as its caller saw it.
 *
 * @param id what it called itself ({@code X-Request-Id}), unique
 * @param node the name of the node that it was sent to
 * @param key the caller's name for the key
 * @param status what was answered; 0 if there was no whole answer
 * @param code the error code; of a request without an answer, what happened instead
 * @param whole whether an answer of status 200 came to its end
 * @param sentAt {@link System#nanoTime} before the first byte was sent
 * @param firstByteAt when the first byte of the answer was there; 0 if none was
 * @param endedAt when the answer had ended, or the connection had broken
 */
record Outcome(
        String id,
        String node,
        String key,
        boolean streamed,
        int status,
        String code,
        boolean whole,
        long sentAt,
        long firstByteAt,
        long endedAt) {
    /** Whether a key that is known was not served. */
    boolean failed() {
        return !whole;
    }

    double millis() {
        return (endedAt - sentAt) / 1e6;
    }

    @Override
    public String toString() {
        return id + " at " + node + ": " + (status == 0 ? "no answer" : status) + (code.isEmpty() ? "" : " " + code);
    }
}
