package dev.inferencekey.server.app;

import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether this machine and the database agree on what time it is. Stateless.
 *
 * <p>Notes. Leases don't need it: they go by what others have counted. But each node says by its own clock when a key expires, when a
 * budget's period begins and when something was used or changed, and nodes should say the same.
 */
final class ClockCheck {
    private static final Duration MAX_SKEW = Duration.ofSeconds(1);

    private ClockCheck() {}

    static void compare(Store store, InstantSource clock, Consumer<String> notices) {
        Instant before = clock.instant();
        Instant there = store.read(session -> session.nodes().now());
        String notice = notice(before, there, clock.instant());
        if (notice != null) {
            notices.accept(notice);
        }
    }

    /** What to say if the database's time lies more than a second outside of the time in which it was asked. */
    static @Nullable String notice(Instant before, Instant there, Instant after) {
        Duration ahead = Duration.between(there, before);
        Duration behind = Duration.between(after, there);
        boolean isAhead = ahead.compareTo(MAX_SKEW) > 0;
        if (!isAhead && behind.compareTo(MAX_SKEW) <= 0) {
            return null;
        }
        return "this machine's clock is " + (isAhead ? ahead : behind).toMillis() / 1000.0 + " s "
                + (isAhead ? "ahead of" : "behind")
                + " the database's: keys expire and budgets begin at different times"
                + " on different nodes; let NTP set the clocks of all machines";
    }
}
