package dev.inferencekey.server.runtime.external;

import java.time.Duration;

/**
 * How often an upstream is asked whether it is there.
 *
 * @param first the pause after the first probe that found nothing; doubled after each further one
 * @param longest bound of that pause
 * @param whileReady the pause while it answers
 * @param timeout how long one probe may take
 */
record ProbeTimes(Duration first, Duration longest, Duration whileReady, Duration timeout) {
    static final ProbeTimes DEFAULT = new ProbeTimes(
            Duration.ofMillis(250), Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(3));

    Duration afterFailure(int failures) {
        // More doublings than this pass any longest pause.
        Duration pause = first.multipliedBy(1L << Math.min(failures - 1, 20));
        return pause.compareTo(longest) > 0 ? longest : pause;
    }
}
