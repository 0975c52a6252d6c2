package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.ports.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * What answering a request takes to know of its head.
 *
 * @param contentLength as declared, -1 if the length is not declared
 * @param http11 whether the caller knows HTTP/1.1, so chunks
 * @param head whether only the head of the answer is wanted
 * @param awaitsContinue whether the caller sends its body only when told to go on
 */
record RequestTraits(
        String requestId, boolean http11, boolean head, boolean keepAlive, long contentLength, boolean awaitsContinue) {
    private static final int MAX_REQUEST_ID = 128;

    /** Takes the caller's request id if it is fit for logs, else makes one. */
    static RequestTraits of(RequestHead head, IdSource ids) {
        String sent = head.value(KnownHeader.X_REQUEST_ID);
        long length = head.contentLength();
        return new RequestTraits(
                sent != null && isSane(sent) ? sent : ids.next("req"),
                head.http11(),
                head.methodIs("HEAD"),
                head.keepAlive(),
                length == MessageHead.CHUNKED ? -1 : Math.max(0, length),
                head.http11() && head.valueIs(KnownHeader.EXPECT, "100-continue"));
    }

    /** Of a head that could not be read, so that nothing in it is to be believed. */
    static RequestTraits ofUnreadable(IdSource ids) {
        return new RequestTraits(ids.next("req"), true, false, false, 0, false);
    }

    /** Whether what is left of the request can be thrown away to keep the connection. */
    boolean worthDraining() {
        return !awaitsContinue && contentLength <= ClientConnection.MAX_DRAIN_BYTES;
    }

    /** Fit for a log line and a header: short, without space, and no credential. */
    static boolean isSane(@Nullable String id) {
        if (id == null
                || id.isEmpty()
                || id.length() > MAX_REQUEST_ID
                || !Redaction.scrub(id).equals(id)) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }
}
