package dev.inferencekey.engine.llama;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed number of platform threads that call llama.cpp, and a bounded line of callers in the order they came.
 *
 * <p>Virtual threads must not do it: a native call holds their carrier, so that two long ones would stop the whole
 * server on two cores. The stacks are large because llama.cpp splits some models' texts with a recursive regular
 * expression. Thread-safe.
 */
final class NativeThreads {
    private static final long STACK_BYTES = 64L << 20;
    private static final int LONGEST_LINE = 1024;

    private final ThreadPoolExecutor executor;

    NativeThreads(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(null, task, name + "-" + number.getAndIncrement(), STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        };
        executor = new ThreadPoolExecutor(
                threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(LONGEST_LINE), factory);
    }

    /** Runs {@code task} when its turn comes, and returns at once; {@code task} throws nothing. */
    void start(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            throw new EngineBusyException();
        }
    }

    /** Runs {@code task} when its turn comes, and waits for what it returns or throws. */
    <T> T call(Callable<T> task) throws InterruptedException {
        Future<T> future;
        try {
            future = executor.submit(task);
        } catch (RejectedExecutionException e) {
            throw new EngineBusyException();
        }
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new InferenceException(String.valueOf(cause.getMessage()), cause);
        }
    }
}
