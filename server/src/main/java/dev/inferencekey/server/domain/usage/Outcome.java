package dev.inferencekey.server.domain.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;

/**
 * How requests ended, as the one number that sums are kept by: the status, and {@value #BROKEN} more where a request failed although its
 * status, which is sent before the rest of an answer, tells of success. Stateless.
 */
public final class Outcome {
    /** What is added to the status of a request that failed after it. */
    public static final int BROKEN = 1000;

    private Outcome() {}

    public static int of(UsageRecord usage) {
        boolean broken = usage.failed() && usage.status() < UsageRecord.LOWEST_FAILURE;
        return broken ? usage.status() + BROKEN : usage.status();
    }

    /** The status that the caller saw. */
    public static int status(int outcome) {
        return outcome % BROKEN;
    }

    public static boolean failed(int outcome) {
        return outcome >= UsageRecord.LOWEST_FAILURE;
    }
}
