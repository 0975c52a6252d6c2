package dev.inferencekey.internal;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What the client does with futures. */
public final class Futures {
    private Futures() {}

    /**
     * Runs {@code action} when the future ends, in whatever way. The stage that {@code whenComplete} returns is dropped knowingly:
     * the action does not fail, and the outcome belongs to whoever holds the future itself.
     */
    public static <T> void onEnd(
            CompletableFuture<T> future, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action) {
        CompletableFuture<T> unused = future.whenComplete(action);
    }
}
