package dev.inferencekey.internal;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one client's retries may add to the load: a token bucket. Thread-safe.
 *
 * <p>Notes. When a server is overloaded, retries multiply what it has to bear: each client that tries three times makes the load fourfold.
 * So retries are paid for by successes. After the AWS SDK for Java 2, {@code TokenBucketRetryCondition} and {@code
 * StandardRetryStrategy}: a full bucket at the start, a token for each retry, the last retry's token back if it succeeded. After gRPC's
 * retry throttling (proposal A6, {@code tokenRatio}): a tenth of a token for each call that succeeds at once. Without successes the bucket
 * runs dry and every call is a single attempt; with them, retries stay below a tenth of all calls plus those that worked.
 */
public final class RetryBudget {
    private static final long TOKEN = 10;
    private static final long FOR_SUCCESS = 1;

    private final long capacity;
    private final AtomicLong tenths;

    /** @param retries how many retries a full bucket holds, at least 0 */
    public RetryBudget(int retries) {
        this.capacity = retries * TOKEN;
        this.tenths = new AtomicLong(capacity);
    }

    /** Takes a token for one retry; false if there is none. */
    boolean take() {
        while (true) {
            long have = tenths.get();
            if (have < TOKEN) {
                return false;
            }
            if (tenths.compareAndSet(have, have - TOKEN)) {
                return true;
            }
        }
    }

    /** A call got an answer that is not to be retried. */
    void succeeded(int attempts) {
        if (tenths.get() < capacity) {
            long back = attempts > 1 ? TOKEN : FOR_SUCCESS;
            tenths.updateAndGet(have -> Math.min(capacity, have + back));
        }
    }
}
