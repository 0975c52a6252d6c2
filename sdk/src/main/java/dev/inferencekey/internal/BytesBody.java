package dev.inferencekey.internal;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** A request's body that is held in memory. Publishes as often as it is asked to; shows its size alone. Immutable and thread-safe. */
final class BytesBody implements BodyPublisher {
    private final byte[] bytes;

    /** @param bytes not copied, not to be changed */
    BytesBody(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Not copied, not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public long contentLength() {
        return bytes.length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        BodyPublishers.ofByteArray(bytes).subscribe(subscriber);
    }

    @Override
    public String toString() {
        return "BytesBody[" + bytes.length + " bytes]";
    }
}
