package dev.inferencekey;

import java.time.Duration;
import java.util.Map;

/**
 * Is told how one call goes. The methods are called in the order of their declaration, never two at the same time, but on any of the
 * client's threads; {@link #ended} comes exactly once, at the end. All do nothing by default.
 *
 * <p>A stream that nobody closes and nobody reads to its end has no end.
 */
public interface CallObserver {
    /** An observer that does nothing. */
    CallObserver NONE = new CallObserver() {};

    /**
     * Headers to send with each attempt, such as {@code traceparent}. Those that the client sets itself can't be replaced: they are left
     * out. Asked once, right after {@link CallListener#started}.
     */
    default Map<String, String> headers() {
        return Map.of();
    }

    /**
     * A request is about to be sent.
     *
     * @param number 1 for the first
     */
    default void attempt(int number) {}

    /**
     * An attempt failed and another will follow.
     *
     * @param errorType why, as in {@link CallOutcome#errorType}
     * @param pause until the next attempt
     */
    default void retrying(String errorType, Duration pause) {}

    /**
     * The first piece of a streamed answer has come to the caller, who asked for it.
     *
     * @param elapsed since the call began
     */
    default void firstChunk(Duration elapsed) {}

    /** The call is over: answered and read, failed or cancelled. */
    default void ended(CallOutcome outcome) {}
}
