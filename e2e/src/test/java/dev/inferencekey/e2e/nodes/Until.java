package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** What scenarios wait for. */
final class Until {
    private static final Duration LONGEST = Duration.ofSeconds(90);

    private Until() {}

    /** Until something holds. */
    static void holds(String what, Callable<Boolean> condition) {
        holds(what, LONGEST, condition);
    }

    static void holds(String what, Duration longest, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(longest)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    /** Until the load has seen so many more requests end, whatever became of them. */
    static void more(Load load, int requests) {
        int before = load.count();
        holds(requests + " more requests", () -> load.count() >= before + requests);
    }

    /** Until so much time has passed, for what is defined by it: an outage of a minute. */
    static void over(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Awaitility.await().forever().pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() >= end);
    }
}
