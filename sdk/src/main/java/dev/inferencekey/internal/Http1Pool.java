package dev.inferencekey.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Connections that wait for their next call, the last used first; those beyond are closed, and those that wait for long. Thread-safe.
 *
 * <p>Invariant, under the lock: while there are connections there is an alarm that will look at them.
 */
final class Http1Pool {
    /** Servers commonly close what was idle for one minute, some for five seconds; the latter is noticed when the connection is to be used. */
    static final Duration MAX_IDLE = Duration.ofSeconds(30);

    static final int MAX_CONNECTIONS = 64;

    private final Timing timing;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Http1Connection> idle = new ArrayDeque<>();
    private boolean alarmSet;
    private boolean closed;

    Http1Pool(Timing timing) {
        this.timing = timing;
    }

    /** A connection that the server has not closed, as far as can be seen; null if there is none. */
    @Nullable
    Http1Connection take() {
        while (true) {
            Http1Connection connection;
            lock.lock();
            try {
                connection = idle.pollFirst();
            } finally {
                lock.unlock();
            }
            if (connection == null || !(isOld(connection) || connection.isStale())) {
                return connection;
            }
            connection.close();
        }
    }

    /** A connection whose last answer has been read to its end. */
    void put(Http1Connection connection) {
        Http1Connection surplus = null;
        lock.lock();
        try {
            if (closed) {
                surplus = connection;
            } else {
                connection.idleSince(timing.nanoTime());
                idle.addFirst(connection);
                surplus = idle.size() > MAX_CONNECTIONS ? idle.pollLast() : null;
                if (!alarmSet) {
                    alarmSet = true;
                    timing.alarm(MAX_IDLE, this::closeOld);
                }
            }
        } finally {
            lock.unlock();
        }
        if (surplus != null) {
            surplus.close();
        }
    }

    private boolean isOld(Http1Connection connection) {
        return timing.nanoTime() - connection.idleSince() >= MAX_IDLE.toNanos();
    }

    private void closeOld() {
        List<Http1Connection> old = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Http1Connection> oldestFirst = idle.descendingIterator(); oldestFirst.hasNext(); ) {
                Http1Connection connection = oldestFirst.next();
                if (isOld(connection)) {
                    oldestFirst.remove();
                    old.add(connection);
                }
            }
            Http1Connection oldest = idle.peekLast();
            alarmSet = oldest != null;
            if (oldest != null) {
                long left = MAX_IDLE.toNanos() - (timing.nanoTime() - oldest.idleSince());
                timing.alarm(Duration.ofNanos(Math.max(0, left)), this::closeOld);
            }
        } finally {
            lock.unlock();
        }
        old.forEach(Http1Connection::close);
    }

    /** Closes what is idle, and later what comes back. */
    void close() {
        List<Http1Connection> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(idle);
            idle.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(Http1Connection::close);
    }
}
