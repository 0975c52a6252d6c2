package dev.inferencekey.server.store;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A real store that is away, does not answer, only reads, or is full when a test says so. */
public final class BreakableStore implements Store {
    private final Store store;
    private final AutoCloseable rest;
    private volatile @Nullable String outage;
    private volatile @Nullable String refusal;
    private volatile @Nullable String fullness;
    private volatile @Nullable String outageAfterChange;
    private volatile Runnable beforeRead = () -> {};
    private volatile Runnable afterRead = () -> {};
    private volatile CountDownLatch answers = new CountDownLatch(0);

    /** {@code rest} is closed after the store. */
    BreakableStore(Store store, AutoCloseable rest) {
        this.store = store;
        this.rest = rest;
    }

    /** Breaks without the store under it, which several may have and which is closed by whoever opened it. */
    public static BreakableStore over(Store shared) {
        return new BreakableStore(shared, () -> {});
    }

    @Override
    public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
        refuse(outage);
        Runnable before = beforeRead;
        Runnable after = afterRead;
        beforeRead = () -> {};
        afterRead = () -> {};
        before.run();
        T result = store.read(work);
        after.run();
        return result;
    }

    @Override
    public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
        refuse(outage, refusal, fullness);
        return changed(store.write(work));
    }

    @Override
    public <T extends @Nullable Object> T append(Function<StoreSession, T> work) {
        refuse(outage, refusal, fullness);
        return store.append(work);
    }

    @Override
    public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
        refuse(outage, refusal);
        return changed(store.writeUrgently(work));
    }

    @Override
    public boolean sharedByNodes() {
        return store.sharedByNodes();
    }

    @Override
    public Subscription onChange(Runnable changed, Runnable acknowledged) {
        return store.onChange(changed, acknowledged);
    }

    @Override
    public boolean isFull() {
        return fullness != null || store.isFull();
    }

    private <T extends @Nullable Object> T changed(T result) {
        if (outageAfterChange != null) {
            outage = outageAfterChange;
        }
        return result;
    }

    private void refuse(@Nullable String... reasons) {
        try {
            answers.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (String reason : reasons) {
            if (reason != null) {
                throw new StoreUnavailableException(reason, new IOException("outage"));
            }
        }
    }

    /** From now on every transaction fails with this message. */
    public void failWith(String message) {
        outage = message;
    }

    /** The next change is committed; from then on every transaction fails with this message. */
    public void failAfterNextChange(String message) {
        outageAfterChange = message;
    }

    /** From now on every transaction that writes fails with this message. */
    public void failWritesWith(String message) {
        refusal = message;
    }

    /** From now on every transaction that writes fails with this message, but for urgent ones. */
    public void fillDisk(String message) {
        fullness = message;
    }

    /** The next read takes long: meanwhile this happens, before it is done and then before its answer comes. */
    public void delayNextRead(Runnable before, Runnable after) {
        beforeRead = before;
        afterRead = after;
    }

    /** From now on every transaction waits, as if its packets were lost on the way, and is done after {@link #recover}. */
    public void hang() {
        answers = new CountDownLatch(1);
    }

    /** Ends what {@link #hang}, {@link #failWith}, {@link #failAfterNextChange}, {@link #failWritesWith} or {@link #fillDisk} began. */
    public void recover() {
        outage = null;
        outageAfterChange = null;
        refusal = null;
        fullness = null;
        answers.countDown();
    }

    @Override
    public void close() {
        store.close();
        try {
            rest.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
