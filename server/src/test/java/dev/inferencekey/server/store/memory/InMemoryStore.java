package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store that forgets everything when it goes. Passes the same suite as the real ones, refuses what they refuse, and can be told to
 * be unavailable.
 *
 * <p>Invariant: {@code committed} is never changed, only replaced, and only by the holder of {@code writer}.
 */
public final class InMemoryStore implements Store {
    private final ReentrantLock writer = new ReentrantLock();
    private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
    private volatile MemoryState committed = new MemoryState();
    private volatile @Nullable String outage;
    private volatile @Nullable String refusal;
    private volatile @Nullable String fullness;

    @Override
    public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
        return run(work, committed, false, null);
    }

    @Override
    public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
        return write(work, fullness);
    }

    @Override
    public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
        return write(work, null);
    }

    @Override
    public boolean isFull() {
        return fullness != null;
    }

    private <T extends @Nullable Object> T write(Function<StoreSession, T> work, @Nullable String full) {
        writer.lock();
        try {
            MemoryState next = committed.copy();
            T result = run(work, next, true, full);
            committed = next;
            return result;
        } finally {
            writer.unlock();
        }
    }

    private <T extends @Nullable Object> T run(
            Function<StoreSession, T> work, MemoryState state, boolean writable, @Nullable String full) {
        String reason = outage != null || !writable ? outage : refusal != null ? refusal : full;
        if (reason != null) {
            throw new StoreUnavailableException(reason, new IOException("outage"));
        }
        if (inTransaction.get()) {
            throw new IllegalStateException("this thread is in a transaction already");
        }
        inTransaction.set(true);
        MemorySession session = new MemorySession(state, writable);
        try {
            return work.apply(session);
        } finally {
            session.end();
            inTransaction.set(false);
        }
    }

    /** From now on every transaction fails with this message. */
    public void failWith(String message) {
        outage = message;
    }

    /** From now on every transaction that writes fails with this message. */
    public void failWritesWith(String message) {
        refusal = message;
    }

    /** From now on every transaction that writes fails with this message, but for urgent ones. */
    public void fillDisk(String message) {
        fullness = message;
    }

    /** Ends what {@link #failWith}, {@link #failWritesWith} or {@link #fillDisk} began. */
    public void recover() {
        outage = null;
        refusal = null;
        fullness = null;
    }

    @Override
    public void close() {
        outage = "the store is closed";
    }
}
