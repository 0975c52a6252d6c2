package dev.inferencekey.server.background;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Gives back to the system, while little goes on, what the heap holds and nobody uses: after hours of load most of it is garbage, and a
 * collector that acts when it runs short would keep it for days.
 *
 * <p>Notes. A whole collection stops everything for as long as it takes to walk over what lives, so it is made only while hardly anything
 * is allocated, and only if it can give back enough. How far the heap then shrinks is said by the options of the Java machine ({@code ik}).
 *
 * <p>Thread-safe.
 */
public final class IdleHeap implements AutoCloseable {
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);

    /** Less than this is not worth a pause, bytes. */
    static final long WORTHWHILE = 64L << 20;

    /** In how many collections of a nursery at most an interval is a quiet one. */
    private static final long QUIET = 1;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    /** The heap that is looked after. */
    interface Heap {
        /** Bytes in use, garbage included. */
        long used();

        /** How many collections there have been, of whatever part. */
        long collections();

        /** Collects all of it. */
        void collect();
    }

    private final Heap heap;
    private final Duration interval;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("idle-heap").daemon().unstarted(this::run);

    // Touched by the thread alone.
    private long collections;
    private long living;

    /** Of this process. */
    public IdleHeap(Duration interval) {
        this(new OfThisProcess(), interval);
    }

    IdleHeap(Heap heap, Duration interval) {
        this.heap = heap;
        this.interval = interval;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closing.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Collects if this is the moment for it. */
    void look() {
        long before = collections;
        collections = heap.collections();
        if (collections - before <= QUIET && heap.used() - living >= WORTHWHILE) {
            heap.collect();
            living = heap.used();
            collections = heap.collections();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class OfThisProcess implements Heap {
        @Override
        public long used() {
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }

        @Override
        public long collections() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                    .sum();
        }

        @Override
        public void collect() {
            System.gc();
        }
    }
}
