package dev.inferencekey.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The blocking calls in flight, ended when their time is up. Thread-safe.
 *
 * <p>Notes. An alarm for each call would wake the timer's thread with each, and would be cancelled by nearly all of them. There is one alarm, for
 * the earliest deadline of those in flight when it was set; it stays when their calls end, and rings for nothing at most once in the length of a
 * time limit. Whoever adds a call and sees an alarm that is early enough may rely on it: the alarm forgets its time before it looks at the calls.
 */
final class Flights {
    private final Timing timing;
    private final Set<Flight> flights = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    /** When the alarm rings, on the clock of the timing; null if there is none. */
    private volatile @Nullable Alarm alarm;

    private record Alarm(long at, Timing.Alarm set) {}

    Flights(Timing timing) {
        this.timing = timing;
    }

    void add(Flight flight) {
        flights.add(flight);
        Alarm next = alarm;
        if (next == null || flight.deadline() - next.at() < 0) {
            setAlarm(flight.deadline());
        }
    }

    void remove(Flight flight) {
        flights.remove(flight);
    }

    /** Ends all. */
    void end(Supplier<IOException> why) {
        flights.forEach(flight -> flight.end(why.get()));
    }

    private void setAlarm(long at) {
        lock.lock();
        try {
            Alarm next = alarm;
            if (next != null) {
                if (at - next.at() >= 0) {
                    return;
                }
                next.set().cancel();
            }
            long left = Math.max(0, at - timing.nanoTime());
            alarm = new Alarm(at, timing.alarm(Duration.ofNanos(left), this::ring));
        } finally {
            lock.unlock();
        }
    }

    private void ring() {
        lock.lock();
        try {
            alarm = null;
        } finally {
            lock.unlock();
        }
        for (Flight flight : flights) {
            if (flight.deadline() - timing.nanoTime() <= 0) {
                flight.timeOut();
            } else {
                setAlarm(flight.deadline());
            }
        }
    }
}
