package dev.inferencekey.internal;

import dev.inferencekey.contract.sse.SseEvent;
import dev.inferencekey.contract.sse.SseFormatException;
import dev.inferencekey.contract.sse.SseParser;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An event stream that is pulled: bytes are asked of the connection only while the reader waits for an event, so a slow reader
 * slows the server down instead of filling the memory. At most one network buffer's events are held.
 *
 * <p>One reader at a time, blocking ({@link #await}) or not ({@link #poll} and {@link #onArrival}); {@link #close} may come from
 * any thread. Invariant, under the lock: {@code requested} is true from asking the connection until it delivers; a reader is
 * told of everything that it was told to wait for.
 */
public final class EventPipe implements BodySubscriber<Body>, Body {
    /** What there is to read now. */
    public sealed interface Signal {
        /** An event. */
        record Arrived(SseEvent event) implements Signal {}

        /** Nothing yet. */
        record Pending() implements Signal {}

        /** The server closed the stream; nothing more comes. */
        record Ended() implements Signal {}

        /** The stream broke; nothing more comes. */
        record Broken(Throwable cause) implements Signal {}
    }

    private static final Signal PENDING = new Signal.Pending();
    private static final Signal ENDED = new Signal.Ended();

    /** What may still follow the last event that the reader wanted, before the connection is given up instead of reused. */
    private static final int MAX_REST_BYTES = 64 * 1024;

    private static final int MIN_SCRATCH_BYTES = 1024;

    private static final Duration MAX_REST_TIME = Duration.ofSeconds(5);

    private final Timing timing;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<SseEvent> events = new ArrayDeque<>();
    private final SseParser parser = new SseParser();
    /** What a buffer of the connection holds, for the parser, which keeps none of it: their arrays can't be had. */
    private byte[] scratch = {};

    private Runnable onArrival = () -> {};
    private Runnable onEnd = () -> {};
    private Flow.@Nullable Subscription subscription;
    private @Nullable Signal end;
    private boolean requested;
    private boolean wanted;
    private boolean discarding;
    private int discarded;
    private long lastBytesAt;

    EventPipe(Timing timing) {
        this.timing = timing;
        this.lastBytesAt = timing.nanoTime();
    }

    /** Tells a reader that does not block when it is worth to {@link #poll} again. The action must be quick to return. */
    public void onArrival(Runnable action) {
        lock.lock();
        try {
            onArrival = action;
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code action} once when the connection is no longer needed; at once if that is so already. */
    void onEnd(Runnable action) {
        boolean already;
        lock.lock();
        try {
            already = end != null && !discarding;
            if (!already) {
                onEnd = action;
            }
        } finally {
            lock.unlock();
        }
        if (already) {
            action.run();
        }
    }

    /** What there is to read now; {@link Signal.Pending} also asks the connection for more. */
    public Signal poll() {
        Flow.Subscription asked;
        lock.lock();
        try {
            SseEvent event = events.poll();
            if (event != null) {
                return new Signal.Arrived(event);
            }
            if (end != null) {
                return end;
            }
            wanted = true;
            asked = askLocked();
        } finally {
            lock.unlock();
        }
        ask(asked);
        return PENDING;
    }

    /** Waits for something to read, at most {@code limit}; then {@link Signal.Pending}. */
    public Signal await(Duration limit) throws InterruptedException {
        long left = Nanos.of(limit);
        while (true) {
            Signal signal = poll();
            if (!(signal instanceof Signal.Pending)) {
                return signal;
            }
            lock.lockInterruptibly();
            try {
                while (events.isEmpty() && end == null) {
                    if (left <= 0) {
                        return PENDING;
                    }
                    left = arrived.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** How long no byte has come, comments included. */
    public Duration silence() {
        lock.lock();
        try {
            return Duration.ofNanos(Math.max(0, timing.nanoTime() - lastBytesAt));
        } finally {
            lock.unlock();
        }
    }

    /** Ends reading after an event that was the last by agreement: lets the answer run out, so that the connection can be reused. */
    public void finish() {
        Flow.Subscription source;
        lock.lock();
        try {
            if (end != null) {
                return;
            }
            end = ENDED;
            discarding = true;
            events.clear();
            source = subscription;
        } finally {
            lock.unlock();
        }
        Timing.Alarm alarm = timing.alarm(MAX_REST_TIME, this::cancelRest);
        lock.lock();
        try {
            Runnable next = onEnd;
            onEnd = () -> {
                alarm.cancel();
                next.run();
            };
        } finally {
            lock.unlock();
        }
        if (source != null) {
            source.request(Long.MAX_VALUE);
        }
    }

    /** Cancels the stream and closes its connection. Does nothing once it has ended, or after {@link #finish}. */
    public void close() {
        boolean finishing;
        lock.lock();
        try {
            finishing = discarding;
        } finally {
            lock.unlock();
        }
        if (!finishing) {
            abort(new IOException("the stream was closed before its end"));
        }
    }

    /** {@link #close} with a reason that a waiting reader gets to see. */
    void abort(IOException reason) {
        terminate(new Signal.Broken(reason), true);
    }

    private void cancelRest() {
        boolean waiting;
        lock.lock();
        try {
            waiting = discarding;
        } finally {
            lock.unlock();
        }
        if (waiting) {
            cancelSource();
        }
    }

    private void cancelSource() {
        Flow.Subscription source;
        lock.lock();
        try {
            source = subscription;
        } finally {
            lock.unlock();
        }
        if (source != null) {
            source.cancel();
        }
        ended();
    }

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription source) {
        Flow.Subscription asked = null;
        boolean tooLate;
        lock.lock();
        try {
            tooLate = end != null || subscription != null;
            if (!tooLate) {
                subscription = source;
                asked = wanted ? askLocked() : null;
            }
        } finally {
            lock.unlock();
        }
        if (tooLate) {
            source.cancel();
        }
        ask(asked);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        Flow.Subscription asked = null;
        Runnable notify = null;
        boolean giveUp = false;
        boolean unreadable = false;
        lock.lock();
        try {
            requested = false;
            lastBytesAt = timing.nanoTime();
            if (discarding) {
                for (ByteBuffer buffer : buffers) {
                    discarded += buffer.remaining();
                }
                giveUp = discarded > MAX_REST_BYTES;
            } else if (end == null) {
                unreadable = !parseLocked(buffers);
                if (end != null || !events.isEmpty()) {
                    wanted = false;
                    arrived.signalAll();
                    notify = onArrival;
                } else if (wanted) {
                    asked = askLocked();
                }
            }
        } finally {
            lock.unlock();
        }
        if (giveUp) {
            cancelRest();
        }
        if (unreadable) {
            cancelSource();
        }
        ask(asked);
        if (notify != null) {
            notify.run();
        }
    }

    private boolean parseLocked(List<ByteBuffer> buffers) {
        try {
            for (ByteBuffer buffer : buffers) {
                int count = buffer.remaining();
                if (scratch.length < count) {
                    scratch = new byte[Math.max(count, MIN_SCRATCH_BYTES)];
                }
                buffer.get(scratch, 0, count);
                events.addAll(parser.feed(scratch, 0, count));
            }
            return true;
        } catch (SseFormatException e) {
            end = new Signal.Broken(new IOException(e.getMessage(), e));
            return false;
        }
    }

    @Override
    public void onError(Throwable failure) {
        terminate(new Signal.Broken(failure), false);
    }

    @Override
    public void onComplete() {
        terminate(ENDED, false);
    }

    private void terminate(Signal how, boolean cancel) {
        Runnable notify = null;
        lock.lock();
        try {
            if (end == null) {
                end = how;
                if (cancel) {
                    // The reader gave up, or the client was closed: what has arrived is not wanted any more.
                    events.clear();
                }
                arrived.signalAll();
                notify = onArrival;
                // Nothing arrives any more, and the connection may hold this for a while: the reader must not be held
                // with it.
                onArrival = () -> {};
            }
        } finally {
            lock.unlock();
        }
        if (cancel) {
            cancelSource();
        } else {
            ended();
        }
        if (notify != null) {
            notify.run();
        }
    }

    private void ended() {
        Runnable action;
        lock.lock();
        try {
            action = onEnd;
            onEnd = () -> {};
            discarding = false;
        } finally {
            lock.unlock();
        }
        action.run();
    }

    private Flow.@Nullable Subscription askLocked() {
        if (requested || subscription == null) {
            return null;
        }
        requested = true;
        return subscription;
    }

    /** Outside the lock: the connection may deliver before this returns. */
    private static void ask(Flow.@Nullable Subscription source) {
        if (source != null) {
            source.request(1);
        }
    }
}
