package dev.inferencekey.internal;

import java.net.URI;
import java.net.http.HttpResponse.ResponseInfo;

/**
 * An error answer whose head has come. If the connection breaks inside its body, the JDK's client may report the break in place of the
 * answer, depending on which it sees first; the status already says the most, so it must not get lost. Thread-safe.
 */
record BegunError(ResponseInfo head, BoundedBody body) {
    /** The answer with as much of its body as has come. */
    Reply reply(URI uri, int attempts) {
        return new Reply(uri, head.statusCode(), head.headers(), body.soFar(), attempts);
    }
}
