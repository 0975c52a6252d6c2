package dev.inferencekey.server.manager.workload;

import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one slow reader has yet to hear. Putting never blocks: when it is full, the oldest status is forgotten, since each says how
 * things stand and not how they changed. What comes after a terminal status is not kept: the reader's stream ends there. Thread-safe.
 */
final class StatusQueue {
    static final int CAPACITY = 64;

    // Invariant: at most CAPACITY statuses, a terminal one only at the end; guarded by lock.
    private final ArrayDeque<WorkloadStatus> statuses = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    void put(WorkloadStatus status) {
        lock.lock();
        try {
            WorkloadStatus last = statuses.peekLast();
            if (last != null && last.phase().isTerminal()) {
                return;
            }
            if (statuses.size() == CAPACITY) {
                statuses.removeFirst();
            }
            statuses.addLast(status);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The next status, null if none came in time. */
    @Nullable
    WorkloadStatus poll(long timeout, TimeUnit unit) throws InterruptedException {
        long left = unit.toNanos(timeout);
        lock.lockInterruptibly();
        try {
            while (statuses.isEmpty() && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return statuses.pollFirst();
        } finally {
            lock.unlock();
        }
    }
}
