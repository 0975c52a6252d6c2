package dev.inferencekey.bench.model;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Wakes streams when their next chunk is due. One timer for each millisecond in which something is due, not one for each stream.
 * Confined to its event loop.
 */
final class Metronome {
    private final EventLoop loop;
    private final NavigableMap<Long, ArrayDeque<Runnable>> due = new TreeMap<>();
    private long armedFor = Long.MAX_VALUE;

    Metronome(EventLoop loop) {
        this.loop = loop;
    }

    /** {@code System.nanoTime} in milliseconds: the time that {@link #at} means. */
    static long now() {
        return System.nanoTime() / 1_000_000;
    }

    void at(long millis, Runnable wake) {
        due.computeIfAbsent(millis, _ -> new ArrayDeque<>()).add(wake);
        if (millis < armedFor) {
            arm(millis);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A tick that is no longer needed finds nothing due.
    private void arm(long millis) {
        armedFor = millis;
        long nanos = Math.max(0, millis * 1_000_000 - System.nanoTime());
        loop.schedule(this::tick, nanos, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        long now = now();
        armedFor = Long.MAX_VALUE;
        Map.Entry<Long, ArrayDeque<Runnable>> first = due.firstEntry();
        while (first != null && first.getKey() <= now) {
            due.remove(first.getKey());
            first.getValue().forEach(Runnable::run);
            first = due.firstEntry();
        }
        if (first != null && first.getKey() < armedFor) {
            arm(first.getKey());
        }
    }
}
