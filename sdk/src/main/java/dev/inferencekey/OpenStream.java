package dev.inferencekey;

import dev.inferencekey.contract.sse.SseEvent;
import dev.inferencekey.internal.EventPipe;
import dev.inferencekey.internal.Reply;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer that has begun: its events, what they mean, and how it ends, of which whoever watches the call is told. To be closed after
 * each exception. For one reader; {@link #close} may come from any thread.
 */
final class OpenStream {
    private final EventPipe pipe;
    private final ChunkDecoder decoder;
    private final WatchedCall watch;
    private boolean begun;

    /** @throws ApiException if the answer is no event stream */
    OpenStream(Reply reply, WatchedCall watch) {
        this.pipe = Wire.events(reply);
        this.decoder = new ChunkDecoder(reply);
        this.watch = watch;
    }

    EventPipe pipe() {
        return pipe;
    }

    /** The usage, if a piece carried it so far. May be read from any thread. */
    @Nullable
    Usage usage() {
        return decoder.usage();
    }

    /** The event's piece; null if it is the one that ends the answer, whose connection can then be used again. */
    @Nullable
    TextChunk decode(SseEvent event) {
        if (!begun) {
            begun = true;
            watch.firstChunk();
        }
        TextChunk chunk;
        try {
            chunk = decoder.decode(event);
        } catch (InferenceKeyException e) {
            if (decoder.errorReported()) {
                watch.failedInStream(e);
            } else {
                watch.failed(e);
            }
            throw e;
        }
        if (chunk == null) {
            pipe.finish();
            watch.succeeded(decoder.facts());
        }
        return chunk;
    }

    /** The server closed the stream without the mark that ends an answer. */
    TransportException cutOff(@Nullable Throwable cause) {
        TransportException failure = decoder.cutOff(cause);
        watch.failed(failure);
        return failure;
    }

    /** Nothing came for so long. */
    TransportException stalled(Duration limit) {
        TransportException failure = decoder.stalled(limit);
        watch.failed(failure, "timeout");
        return failure;
    }

    /** The reader was interrupted while it waited. */
    TransportException interrupted(InterruptedException cause) {
        TransportException failure = Failures.interrupted(cause);
        watch.failed(failure);
        return failure;
    }

    /** The reader wants no more. */
    void close() {
        pipe.close();
        watch.cancelled();
    }
}
