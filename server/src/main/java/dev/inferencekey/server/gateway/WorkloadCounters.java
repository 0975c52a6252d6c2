package dev.inferencekey.server.gateway;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What is counted for one workload, apart for each event loop; see {@link LoopCounters} for how. Each loop writes its own numbers alone.
 */
final class WorkloadCounters {
    static final int REQUESTS = 0;
    static final int FAILED = REQUESTS + LoopCounters.STATUS_CLASSES;
    static final int INPUT_TOKENS = FAILED + 1;
    static final int OUTPUT_TOKENS = INPUT_TOKENS + 1;
    static final int CACHED_TOKENS = OUTPUT_TOKENS + 1;
    static final int REQUEST_BYTES = CACHED_TOKENS + 1;
    static final int RESPONSE_BYTES = REQUEST_BYTES + 1;
    static final int DURATION_MICROS = RESPONSE_BYTES + 1;
    static final int FIRST_BYTES = DURATION_MICROS + 1;
    static final int FIRST_BYTE_MICROS = FIRST_BYTES + 1;
    static final int COUNT = FIRST_BYTE_MICROS + 1;

    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 8;

    private final long[][] loops;

    WorkloadCounters(int loopCount) {
        loops = new long[loopCount][PADDING + COUNT + PADDING];
    }

    void add(int loop, int slot, long more) {
        long[] own = loops[loop];
        SLOTS.setOpaque(own, PADDING + slot, own[PADDING + slot] + more);
    }

    /** For any thread. */
    void addTo(long[] sums) {
        for (long[] loop : loops) {
            for (int i = 0; i < COUNT; i++) {
                sums[i] += (long) SLOTS.getOpaque(loop, PADDING + i);
            }
        }
    }
}
