package dev.inferencekey;

import dev.inferencekey.internal.Call;
import dev.inferencekey.internal.EventPipe;
import dev.inferencekey.internal.Futures;
import dev.inferencekey.internal.Nanos;
import dev.inferencekey.internal.Timing;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A streamed answer as a publisher: each subscriber makes a call of its own, and is sent what it requests and no more. Thread-safe. */
final class TextPublisher implements Flow.Publisher<TextChunk> {
    private final Wire wire;
    private final Call call;
    private final Duration idleTimeout;

    TextPublisher(Wire wire, Call call, Duration idleTimeout) {
        this.wire = wire;
        this.call = call;
        this.idleTimeout = idleTimeout;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super TextChunk> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        Delivery delivery = new Delivery(subscriber);
        subscriber.onSubscribe(delivery);
        delivery.start();
    }

    /**
     * One subscriber's stream.
     *
     * <p>Invariant: whoever raises {@code work} from 0 delivers until it is back at 0, so signals are never concurrent, and a
     * request from inside {@code onNext} only makes that delivery go on.
     */
    private final class Delivery implements Flow.Subscription {
        private final Flow.Subscriber<? super TextChunk> subscriber;
        private final AtomicInteger work = new AtomicInteger();
        private final AtomicLong demand = new AtomicLong();
        private final Timing timing = wire.transport().timing();
        private volatile @Nullable CompletableFuture<OpenStream> sent;
        private volatile @Nullable OpenStream stream;
        private volatile @Nullable Throwable failure;
        private volatile boolean cancelled;
        /** When the subscriber began to wait; 0 while it does not. Moved only by the delivering thread. */
        private volatile long waitingSince;

        private volatile boolean over;
        private volatile Timing.@Nullable Alarm watch;

        Delivery(Flow.Subscriber<? super TextChunk> subscriber) {
            this.subscriber = subscriber;
        }

        void start() {
            if (cancelled) {
                return;
            }
            try {
                CompletableFuture<OpenStream> started = wire.sendOpening(call);
                sent = started;
                if (cancelled) {
                    started.cancel(true);
                }
                Futures.onEnd(started, (opened, broken) -> {
                    if (opened == null) {
                        failure = Failures.of(broken, wire.transport().base());
                        deliver();
                    } else {
                        open(opened);
                    }
                });
            } catch (RuntimeException e) {
                failure = e;
                deliver();
            }
        }

        private void open(OpenStream opened) {
            stream = opened;
            opened.pipe().onArrival(this::deliver);
            watch(idleTimeout);
            if (cancelled) {
                opened.close();
            }
            deliver();
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                failure = new IllegalArgumentException("request at least one, not " + count);
            } else {
                demand.accumulateAndGet(count, (have, more) -> have + more < 0 ? Long.MAX_VALUE : have + more);
            }
            deliver();
        }

        @Override
        public void cancel() {
            cancelled = true;
            release();
        }

        private void release() {
            CompletableFuture<OpenStream> call = sent;
            if (call != null) {
                call.cancel(true);
            }
            OpenStream opened = stream;
            if (opened != null) {
                opened.close();
            }
            stopWatching();
        }

        private void deliver() {
            if (work.getAndIncrement() != 0) {
                return;
            }
            int seen = 1;
            do {
                deliverWhatThereIs();
                seen = work.addAndGet(-seen);
            } while (seen != 0);
        }

        private void deliverWhatThereIs() {
            while (!over && !cancelled) {
                Throwable broken = failure;
                if (broken != null) {
                    fail(broken);
                    return;
                }
                OpenStream opened = stream;
                if (opened == null || demand.get() == 0) {
                    waitingSince = 0;
                    return;
                }
                EventPipe.Signal signal = opened.pipe().poll();
                if (signal instanceof EventPipe.Signal.Pending) {
                    if (waitingSince == 0) {
                        waitingSince = timing.nanoTime() | 1;
                    }
                    return;
                }
                waitingSince = 0;
                pass(opened, signal);
            }
        }

        private void pass(OpenStream opened, EventPipe.Signal signal) {
            if (signal instanceof EventPipe.Signal.Arrived arrived) {
                TextChunk chunk;
                try {
                    chunk = opened.decode(arrived.event());
                } catch (InferenceKeyException e) {
                    fail(e);
                    return;
                }
                if (chunk == null) {
                    over = true;
                    stopWatching();
                    subscriber.onComplete();
                } else {
                    demand.updateAndGet(have -> have == Long.MAX_VALUE ? have : have - 1);
                    subscriber.onNext(chunk);
                }
            } else if (signal instanceof EventPipe.Signal.Broken broken) {
                fail(opened.cutOff(broken.cause()));
            } else {
                fail(opened.cutOff(null));
            }
        }

        private void fail(Throwable reason) {
            over = true;
            release();
            subscriber.onError(reason);
        }

        /** Looks after {@code delay} whether the subscriber has waited too long, and when to look again. */
        private void watch(Duration delay) {
            watch = timing.alarm(delay, () -> {
                OpenStream opened = stream;
                if (opened == null || cancelled || over) {
                    return;
                }
                long since = waitingSince;
                long waited = since == 0 ? 0 : timing.nanoTime() - since;
                long left = Nanos.of(idleTimeout) - waited;
                if (left > 0) {
                    watch(Duration.ofNanos(left));
                } else {
                    failure = opened.stalled(idleTimeout);
                    deliver();
                }
            });
            if (over || cancelled) {
                stopWatching();
            }
        }

        private void stopWatching() {
            Timing.Alarm alarm = watch;
            if (alarm != null) {
                alarm.cancel();
            }
        }
    }
}
