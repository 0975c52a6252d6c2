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
     * Reads and changes, serialised against other writers.
     *
     * @throws StoreUnavailableException if the store can't be written now; nothing was changed
     */
    <T extends @Nullable Object> T write(Function<StoreSession, T> work);

    @Override
    void close();
}
