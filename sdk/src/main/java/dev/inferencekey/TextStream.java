package dev.inferencekey;

import dev.inferencekey.internal.EventPipe;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A text model's answer while it is being written. Pieces are read from the connection only as they are asked for; closing it early
 * closes the connection, and the server stops generating.
 *
 * {@snippet :
 * try (TextStream stream = endpoint.generateTextStream(TextParams.ofPrompt("Tell me a story"))) {
 *     for (TextChunk chunk : stream) {
 *         System.out.print(chunk.text());
 *     }
 * }
 * }
 *
 * <p>{@link #hasNext} and {@link #next} wait for the server and throw an {@link ApiException} if it reports an error in the middle,
 * and a {@link TransportException} if the connection is cut off or stalls: a stream that ends quietly was complete.
 *
 * <p>For one thread; {@link #close} may come from any.
 */
@SuppressWarnings(
        "IterableAndIterator") // Like a DirectoryStream it can be gone through once; for-each is what callers want.
public final class TextStream implements Iterable<TextChunk>, Iterator<TextChunk>, AutoCloseable {
    private final OpenStream stream;
    private final Duration idleTimeout;
    private @Nullable TextChunk next;
    private @Nullable InferenceKeyException failure;
    private boolean complete;

    TextStream(OpenStream stream, Duration idleTimeout) {
        this.stream = stream;
        this.idleTimeout = idleTimeout;
    }

    /** This: the pieces can be gone through once. */
    @Override
    public Iterator<TextChunk> iterator() {
        return this;
    }

    /** Whether another piece comes; waits until that is known. */
    @Override
    public boolean hasNext() {
        if (failure != null) {
            throw failure;
        }
        if (next == null && !complete) {
            try {
                next = fetch();
            } catch (InferenceKeyException e) {
                failure = e;
                stream.close();
                throw e;
            }
        }
        return next != null;
    }

    @Override
    public TextChunk next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the answer is complete");
        }
        TextChunk chunk = next;
        next = null;
        return chunk;
    }

    /** What the whole answer used; known after the last piece, if {@link TextParams.Builder#includeUsage} asked for it. */
    public Optional<Usage> usage() {
        return Optional.ofNullable(stream.usage());
    }

    /** Ends the stream; the server is told by the closing connection if the answer was not complete. Idempotent. */
    @Override
    public void close() {
        stream.close();
    }

    private @Nullable TextChunk fetch() {
        EventPipe.Signal signal;
        try {
            signal = stream.pipe().await(idleTimeout);
        } catch (InterruptedException e) {
            throw stream.interrupted(e);
        }
        if (signal instanceof EventPipe.Signal.Arrived arrived) {
            TextChunk chunk = stream.decode(arrived.event());
            complete = chunk == null;
            return chunk;
        }
        if (signal instanceof EventPipe.Signal.Broken broken) {
            throw stream.cutOff(broken.cause());
        }
        if (signal instanceof EventPipe.Signal.Ended) {
            throw stream.cutOff(null);
        }
        throw stream.stalled(idleTimeout);
    }
}
