package dev.inferencekey.server.ports.schedule;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Work that an installation does again and again, with no caller waiting: whichever node is free does it. Thread-safe.
 *
 * <p>No two nodes do the same work at the same time, as long as each is heard of: a node that is not heard of for a minute is taken for dead,
 * and another does its work. One that only seemed dead may then still be at it, so what is done must be right if it is done twice at once:
 * transactions that look before they change something.
 */
public interface Schedule extends AutoCloseable {
    /** What is done again and again. */
    interface Work {
        /** @param stopping turns true when this node is about to stop: whoever has many steps to do asks between two of them */
        void run(BooleanSupplier stopping);
    }

    /**
     * Adds work; to be called before {@link #start}.
     *
     * @param name the same on all nodes and in all releases: letters, digits and dashes, at most 100
     * @param interval how long after the end of a run the next begins, give or take a tenth; the first begins that long after the first start
     *     of the installation. A node that is free looks every few seconds
     * @param work what it throws is logged, once for a row of failures, and it is run again after the interval
     */
    void every(String name, Duration interval, Work work);

    /**
     * Begins to look for work, in threads of its own: neither waits for the store nor fails with it. The first look is half a minute later, so that
     * what the node has left over from before goes first.
     */
    void start();

    /** Tells what runs here to end, and waits a moment for that; other nodes go on with what is left. Idempotent. */
    @Override
    void close();
}
