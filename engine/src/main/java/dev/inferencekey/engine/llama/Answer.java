package dev.inferencekey.engine.llama;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.ToIntFunction;

/**
 * One answer while it is being generated.
 *
 * <p>Two threads share it. A slot's thread runs {@link #generate} and puts the pieces into a queue, so that a slow
 * reader does not keep the slot; the queue is bounded by the answer's limit of tokens. The reader, one thread, takes
 * them with {@link #next} and says with {@link #close} that it wants no more. Only the slot's thread talks to llama.cpp:
 * cancelling from another one while it waits for a token would let it wait for ever. So it looks at {@code cancelled}
 * after each token.
 */
public final class Answer implements AutoCloseable {
    // llama.cpp keeps back at most the first three of a character's four bytes when an answer ends in its middle.
    private static final int MOST_WITHHELD = 3;

    private sealed interface Event {}

    private record Piece(String text) implements Event {}

    private record End(FinishReason reason, int tokens) implements Event {}

    private record Failure(RuntimeException cause) implements Event {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final int limit;
    private final StopFilter filter;
    private volatile boolean cancelled;
    private End end = new End(FinishReason.STOP, 0);

    Answer(int limit, List<String> stops) {
        this.limit = limit;
        this.filter = new StopFilter(stops);
    }

    /**
     * Waits for the next piece of text.
     *
     * @return the piece, never empty text; nothing once the answer is complete
     * @throws InferenceException if llama.cpp failed
     */
    public Optional<String> next() throws InterruptedException {
        return switch (events.take()) {
            case Piece piece -> Optional.of(piece.text);
            case End last -> {
                end = last;
                yield Optional.empty();
            }
            case Failure failure -> throw failure.cause;
        };
    }

    /** Why the answer ended; valid once {@link #next} has returned nothing. */
    public FinishReason finishReason() {
        return end.reason;
    }

    /** The tokens generated, the one that ends a text included; valid once {@link #next} has returned nothing. */
    public int tokens() {
        return end.tokens;
    }

    /** Ends the generation after the token being computed, if it has not ended; idempotent. */
    @Override
    public void close() {
        cancelled = true;
    }

    /** Generates, on a slot's thread; {@code tokenCount} tells how many tokens a piece of text is spelled with. */
    void generate(LlamaModel llama, InferenceParameters parameters, ToIntFunction<String> tokenCount) {
        try {
            if (!cancelled) {
                pump(llama.generate(parameters).iterator(), tokenCount);
            }
        } catch (RuntimeException e) {
            events.add(new Failure(new InferenceException(String.valueOf(e.getMessage()), e)));
        }
    }

    private void pump(LlamaIterator outputs, ToIntFunction<String> tokenCount) {
        int tokens = 0;
        boolean ended = false;
        while (outputs.hasNext()) {
            LlamaOutput output = outputs.next();
            if (!outputs.hasNext()) {
                // The last output only reports the end and stands for no token.
                break;
            }
            if (cancelled) {
                outputs.cancel();
                return;
            }
            tokens += tokenCount.applyAsInt(output.text);
            // The token that ends a text is the one without text.
            ended = output.text.isEmpty();
            put(filter.accept(output.text));
            if (filter.stopped()) {
                outputs.cancel();
                events.add(new End(FinishReason.STOP, tokens));
                return;
            }
        }
        put(filter.rest());
        boolean full = !ended && tokens + MOST_WITHHELD >= limit;
        events.add(full ? new End(FinishReason.LENGTH, limit) : new End(FinishReason.STOP, tokens));
    }

    private void put(String text) {
        if (!text.isEmpty()) {
            events.add(new Piece(text));
        }
    }
}
