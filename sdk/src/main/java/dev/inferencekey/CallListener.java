package dev.inferencekey;

import java.util.Map;
import java.util.function.Supplier;

/**
 * Is told of every call that a client makes: for traces, metrics and logs. Set with {@link ClientBuilder#listener}. {@code
 * dev.inferencekey.opentelemetry} and {@code dev.inferencekey.micrometer} have one each; this interface is for everything else.
 *
 * <p>One call is one HTTP exchange with all of its retries; {@code ensure} makes several. No credential and no text of a prompt or an
 * answer is shown to a listener.
 *
 * <p>Must be thread-safe and quick: it is called on threads that must not be blocked. What it throws is logged and does not disturb the
 * call.
 */
@FunctionalInterface
public interface CallListener {
    /**
     * A call begins. Runs on the caller's thread, where its context (the current span, for instance) can be read; for the {@code
     * Async} methods of a {@link ManagementClient}, which work on another thread, {@link #wrap} takes the context there.
     *
     * @return what is told how this call goes; {@link CallObserver#NONE} if that is of no interest
     */
    CallObserver started(CallInfo call);

    /**
     * Takes the calling thread's context to another thread: the result runs {@code work} in the context in which this method was called.
     * By default nothing is taken along.
     */
    default Runnable wrap(Runnable work) {
        return work;
    }

    /**
     * A listener that only adds headers to each call: {@code traceparent}, for instance. The supplier is asked once for each call, on the
     * caller's thread.
     */
    static CallListener ofHeaders(Supplier<Map<String, String>> headers) {
        return call -> {
            Map<String, String> given = Map.copyOf(headers.get());
            return new CallObserver() {
                @Override
                public Map<String, String> headers() {
                    return given;
                }
            };
        };
    }
}
