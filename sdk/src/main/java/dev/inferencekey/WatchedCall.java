package dev.inferencekey;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.internal.CallTimeoutException;
import dev.inferencekey.internal.CallWatch;
import dev.inferencekey.internal.ClientClosedException;
import dev.inferencekey.internal.Failure;
import dev.inferencekey.internal.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listeners how one call goes: keeps what they throw away from the call, and tells of the end once. Thread-safe; that signals don't
 * overlap follows from the call's steps, which follow each other.
 */
final class WatchedCall implements CallWatch {
    /** For calls that nobody listens to. */
    static final WatchedCall UNWATCHED = new WatchedCall(List.of(), () -> 0);

    private static final System.Logger LOG = System.getLogger(CallListener.class.getName());

    private final List<CallObserver> observers;
    private final Map<String, String> headers;
    private final LongSupplier nanoTime;
    private final long begun;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile int attempts;
    private volatile @Nullable Reply answer;

    private WatchedCall(List<CallObserver> observers, LongSupplier nanoTime) {
        this.observers = observers;
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
        Map<String, String> given = new LinkedHashMap<>();
        tell(observer -> given.putAll(Map.copyOf(observer.headers())));
        this.headers = Collections.unmodifiableMap(given);
    }

    @SuppressWarnings("ReferenceEquality") // NONE is this one object.
    static WatchedCall start(List<CallListener> listeners, CallInfo call, LongSupplier nanoTime) {
        List<CallObserver> observers = new ArrayList<>(listeners.size());
        for (CallListener listener : listeners) {
            try {
                CallObserver observer = listener.started(call);
                if (observer != CallObserver.NONE) {
                    observers.add(observer);
                }
            } catch (RuntimeException | LinkageError e) {
                complain(e);
            }
        }
        return observers.isEmpty() ? UNWATCHED : new WatchedCall(observers, nanoTime);
    }

    /** {@code work} in the context that the listeners see now. */
    static Runnable inContext(List<CallListener> listeners, Runnable work) {
        Runnable wrapped = work;
        for (CallListener listener : listeners) {
            try {
                wrapped = listener.wrap(wrapped);
            } catch (RuntimeException | LinkageError e) {
                complain(e);
            }
        }
        return wrapped;
    }

    @Override
    public Map<String, String> headers() {
        return headers;
    }

    @Override
    public void attempt(int number) {
        if (this != UNWATCHED) {
            attempts = number;
            tell(to -> to.attempt(number));
        }
    }

    @Override
    public void retrying(int status, @Nullable Throwable failure, Duration pause) {
        if (this != UNWATCHED) {
            String type = failure == null ? Integer.toString(status) : errorType(failure);
            tell(to -> to.retrying(type, pause));
        }
    }

    /** The head of an answer that is read piece by piece has come, or a whole answer. */
    void answered(Reply reply) {
        if (this != UNWATCHED) {
            answer = reply;
        }
    }

    void firstChunk() {
        if (this != UNWATCHED) {
            Duration elapsed = elapsed();
            tell(to -> to.firstChunk(elapsed));
        }
    }

    /** The caller has got the answer. */
    void succeeded(AnswerFacts facts) {
        end(null, null, facts);
    }

    /** The caller gets an exception. */
    void failed(Throwable failure) {
        if (this != UNWATCHED) {
            failed(failure, errorType(Failure.unwrap(failure)));
        }
    }

    /** The caller gets an exception, of a kind that it does not show by itself. */
    void failed(Throwable failure, String errorType) {
        Throwable cause = Failure.unwrap(failure);
        end(errorType, cause instanceof InferenceKeyException known ? known : null, AnswerFacts.NONE);
    }

    /** The caller gets an error that the server reported after it had begun to answer. */
    void failedInStream(InferenceKeyException failure) {
        failed(failure, knownCode(failure, "stream_error"));
    }

    /** The caller wants no more of it. */
    void cancelled() {
        end("cancelled", null, AnswerFacts.NONE);
    }

    private void end(@Nullable String errorType, @Nullable InferenceKeyException failure, AnswerFacts facts) {
        if (this == UNWATCHED || !over.compareAndSet(false, true)) {
            return;
        }
        Reply reply = answer;
        int status = reply != null ? reply.status() : failure != null ? failure.statusCode() : 0;
        String requestId = reply != null
                ? Failures.requestId(reply)
                : failure == null ? null : failure.requestId().orElse(null);
        CallOutcome outcome = new CallOutcome(
                elapsed(),
                attempts,
                status,
                errorType,
                failure,
                requestId,
                facts.model(),
                facts.finishReason(),
                facts.usage());
        tell(to -> to.ended(outcome));
    }

    private Duration elapsed() {
        return Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - begun));
    }

    private void tell(Consumer<CallObserver> what) {
        for (CallObserver observer : observers) {
            try {
                what.accept(observer);
            } catch (RuntimeException | LinkageError e) {
                complain(e);
            }
        }
    }

    /** One of few words for what went wrong, as {@link CallOutcome#errorType} lists them. */
    private static String errorType(Throwable failure) {
        if (failure instanceof TransportException) {
            Throwable cause = failure.getCause();
            return cause == null ? "connection_lost" : errorType(cause);
        }
        if (failure instanceof InferenceKeyException known) {
            return errorType(known);
        }
        if (failure instanceof CancellationException || failure instanceof InterruptedException) {
            return "cancelled";
        }
        if (failure instanceof CallTimeoutException) {
            return "timeout";
        }
        if (failure instanceof ClientClosedException) {
            return "client_closed";
        }
        return Failure.nothingSent(failure) ? "connection_failed" : "connection_lost";
    }

    private static String errorType(InferenceKeyException failure) {
        String other = failure.statusCode() / 100 == 2 ? "unreadable_answer" : Integer.toString(failure.statusCode());
        return knownCode(failure, other);
    }

    /** The server's code, if it is one of those that InferenceKey has: others could be any number of different ones. */
    private static String knownCode(InferenceKeyException failure, String other) {
        return failure.code()
                .filter(code -> ErrorCode.fromWire(code).isPresent())
                .orElse(other);
    }

    private static void complain(Throwable e) {
        LOG.log(
                System.Logger.Level.WARNING,
                "a call listener failed: {0}",
                e.getClass().getName());
    }
}
