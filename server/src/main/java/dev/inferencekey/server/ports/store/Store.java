package dev.inferencekey.server.ports.store;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The platform's durable state. Thread-safe.
 *
 * <p>All work happens in transactions: what a function did is durable and visible to others when {@code write} returns, and nothing
 * of it is if it throws. A function may be run again after a conflict, so it has no effects besides the session's.
 */
public interface Store extends AutoCloseable {
    /**
     * Reads from one consistent snapshot.
     *
     * @throws StoreUnavailableException if the store can't be read now
     */
    <T extends @Nullable Object> T read(Function<StoreSession, T> work);

    /**
     * Reads and changes, all or nothing: the outcome is as if what was read had not changed until the end. Where another writer came in
     * between, the work is run again, a bounded number of times.
     *
     * @throws StoreUnavailableException if the store can't be written now, or others were always faster; nothing was changed
     */
    <T extends @Nullable Object> T write(Function<StoreSession, T> work);

    /**
     * Changes what needs no more than that each single statement is atomic, at the rate of requests: usage, heartbeats, acknowledgements.
     * All or nothing like {@link #write}, but what the work reads may change before it ends: it decides nothing from that.
     *
     * @throws StoreUnavailableException if the store can't be written now; nothing was changed
     */
    <T extends @Nullable Object> T append(Function<StoreSession, T> work);

    /**
     * The same for what must work on a full disk: whatever takes power away, and signing in to do that. Uses room that is set aside for
     * it, and that no {@link #write} touches.
     *
     * @throws StoreUnavailableException if the store can't be written now, or that room is used up; nothing was changed
     */
    <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work);

    /**
     * The same store for work in the background, of which one step may take longer than anybody would wait for an answer: a minute rather than
     * seconds.
     */
    default Store patient() {
        return this;
    }

    /**
     * The same store for what a node's lease depends on: over connections that nothing else can have taken, and so that one which broke without a
     * word is given up within a part of a lease. For small reads, and for appends of which each statement stands for itself and does no harm when it
     * is done twice: they are over sooner, and not all or nothing.
     */
    default Store reserved() {
        return this;
    }

    /** Whether the last change found the disk full; only urgent ones go through then. */
    boolean isFull();

    /** Whether other processes may use the same store at the same time. */
    boolean sharedByNodes();

    /**
     * Calls listeners soon after a commit of another process, and when they may have missed one. They may also miss one and not know: whoever must
     * not asks now and then besides. A listener returns at once, and may be called once for many.
     *
     * @param changed is called after something was appended to the change log
     * @param acknowledged is called after a node has acknowledged a change
     */
    Subscription onChange(Runnable changed, Runnable acknowledged);

    /** Ends what it stands for when it is closed; a call that is under way may end after that. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    void close();
}
