package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop counts: plain numbers at fixed places of one array.
 *
 * <p>Notes. Only the loop writes, so that an addition needs no lock and no atomic instruction; whoever adds the loops up reads with opaque
 * access: each number is whole and never goes back, but two numbers need not be of the same moment. Unused places at both ends keep other
 * loops' numbers out of the cache lines of these.
 */
final class LoopCounters {
    static final InferenceRoute[] ROUTES = InferenceRoute.values();
    static final int UNKNOWN_ROUTE = ROUTES.length;
    /** 1xx to 5xx, and at 0 what is none of these. */
    static final int STATUS_CLASSES = 6;

    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 16;
    /** Streamed or not. */
    private static final int WAYS = 2;

    private static final int HISTOGRAM = LatencyBuckets.REQUEST.count() + 1;

    private static final int REQUESTS = PADDING;
    private static final int ERRORS = REQUESTS + (ROUTES.length + 1) * STATUS_CLASSES * WAYS;
    private static final int DURATIONS = ERRORS + ErrorCode.values().length;
    private static final int FIRST_BYTES = DURATIONS + (ROUTES.length + 1) * WAYS * HISTOGRAM;
    static final int CONNECTS = FIRST_BYTES + (ROUTES.length + 1) * WAYS * HISTOGRAM;
    static final int CONNECTS_FAILED = CONNECTS + LatencyBuckets.CONNECT.count() + 1;
    /** Calls that were handed to other nodes. */
    static final int HOPS = CONNECTS_FAILED + 1;

    static final int HOPS_FAILED = HOPS + HISTOGRAM;
    /** Calls that other nodes brought. */
    static final int BROUGHT = HOPS_FAILED + 1;

    static final int INPUT_TOKENS = BROUGHT + 1;
    static final int OUTPUT_TOKENS = INPUT_TOKENS + 1;
    static final int CACHED_TOKENS = OUTPUT_TOKENS + 1;
    static final int REQUEST_BYTES = CACHED_TOKENS + 1;
    static final int RESPONSE_BYTES = REQUEST_BYTES + 1;
    static final int CANCELLED = RESPONSE_BYTES + 1;
    static final int IN_FLIGHT = CANCELLED + 1;
    static final int ACCEPTED = IN_FLIGHT + 1;
    static final int CONNECTIONS = ACCEPTED + 1;
    static final int UPSTREAM_OPEN = CONNECTIONS + 1;
    static final int UPSTREAM_IDLE = UPSTREAM_OPEN + 1;
    private static final int SIZE = UPSTREAM_IDLE + 1 + PADDING;

    private final long[] slots = new long[SIZE];

    static int requests(int route, int statusClass, boolean streamed) {
        return REQUESTS + (route * STATUS_CLASSES + statusClass) * WAYS + (streamed ? 1 : 0);
    }

    @SuppressWarnings("EnumOrdinal") // A place in memory, never kept longer than the process.
    static int errors(ErrorCode code) {
        return ERRORS + code.ordinal();
    }

    /** The first place of a histogram: its counts come first, then the sum, microseconds. */
    static int durations(int route, boolean streamed) {
        return DURATIONS + (route * WAYS + (streamed ? 1 : 0)) * HISTOGRAM;
    }

    static int firstBytes(int route, boolean streamed) {
        return FIRST_BYTES + (route * WAYS + (streamed ? 1 : 0)) * HISTOGRAM;
    }

    @SuppressWarnings("EnumOrdinal") // As above.
    static int routeIndex(@Nullable InferenceRoute route) {
        return route == null ? UNKNOWN_ROUTE : route.ordinal();
    }

    static int statusClass(int status) {
        int hundreds = status / 100;
        return hundreds < STATUS_CLASSES ? hundreds : 0;
    }

    void add(int slot, long more) {
        SLOTS.setOpaque(slots, slot, slots[slot] + more);
    }

    void set(int slot, long value) {
        SLOTS.setOpaque(slots, slot, value);
    }

    void time(LatencyBuckets buckets, int histogram, long micros) {
        add(histogram + buckets.of(micros), 1);
        add(histogram + buckets.count(), micros);
    }

    /** Adds this loop's numbers to {@code sums}; for any thread. */
    void addTo(long[] sums) {
        for (int i = PADDING; i < SIZE - PADDING; i++) {
            sums[i] += (long) SLOTS.getOpaque(slots, i);
        }
    }

    /** Room for the sums of several loops. */
    static long[] newSums() {
        return new long[SIZE];
    }
}
