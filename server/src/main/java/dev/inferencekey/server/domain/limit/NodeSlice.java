package dev.inferencekey.server.domain.limit;

import java.util.concurrent.TimeUnit;

/**
 * What this node may use of one quantity of a limit that nodes share, and what it will ask for.
 *
 * <p>Notes. {@code held} is lowered before the store is told, and raised after the store has said so; see {@link SharedQuantity}. A node
 * asks for more than it needs, and before it needs it ({@link #low}), so that a request seldom waits; but not for the whole limit, since
 * all that a node holds is away for a while if it dies.
 *
 * <p>Times are as for {@link SlidingWindow}. Not thread-safe.
 */
final class NodeSlice {
    /** So few are taken all together. */
    private static final long FEW = 8;

    private static final int SPARE_PART = 8;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How long it must have held more than it needs before it gives that back unasked. */
    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long FORGOTTEN = -1;

    private long held;
    private long incarnation = FORGOTTEN;

    // What was held back or refused in this second, and in the one before.
    private long missed;
    private long missedBefore;
    private long missedSince;
    // What was taken in the same seconds of what is counted by the minute, and the most that was under way of what is
    // not.
    private long taken;
    private long takenBefore;
    private long peakNow;
    private long peakBefore;

    private long largestCost = 1;
    private long peak;
    private long calmSince;

    private long othersUsed;
    private long othersFreeAt;
    /** Until when it is known that the others have nothing to give. */
    private long nothingElsewhereUntil;

    NodeSlice(long now) {
        missedSince = now;
        calmSince = now;
        othersFreeAt = now;
        nothingElsewhereUntil = now;
    }

    /** How much of the limit may be in use on this node now. */
    long allowed(long limit, SliceTerms terms) {
        return switch (terms.reach()) {
            case IN_TOUCH -> Math.min(limit, held(terms));
            case STORE_SILENT -> Math.min(limit, Math.max(held(terms), SliceTerms.fallback(limit, terms.nodes())));
            case CUT_OFF -> SliceTerms.fallback(limit, terms.nodes());
        };
    }

    private long held(SliceTerms terms) {
        return incarnation == terms.incarnation() ? held : 0;
    }

    /** Whether it should ask for more before that is missing. */
    boolean low(long used, long limit, SliceTerms terms) {
        long mine = held(terms);
        return mine < limit && mine - used < spare(used, limit) / 2 + 1;
    }

    /** Whether others may have what is missing here, so that it helps to wait for a moment. */
    boolean mayComeFromOthers(long now, SliceTerms terms) {
        return terms.reach() == SliceTerms.Reach.IN_TOUCH
                && (incarnation != terms.incarnation() || now - nothingElsewhereUntil >= 0);
    }

    /** This much more was needed than there is. */
    void missed(long now, long cost) {
        turn(now);
        missed += cost;
        calmSince = now;
    }

    /** This much was taken of what is counted by the minute. */
    void took(long now, long cost) {
        turn(now);
        taken += cost;
        largestCost = Math.max(largestCost, cost);
    }

    /** So much is under way. */
    void reached(long now, long used) {
        turn(now);
        peakNow = Math.max(peakNow, used);
        peak = Math.max(peak, used);
    }

    private void turn(long now) {
        if (now - missedSince >= SECOND_NANOS) {
            boolean longAgo = now - missedSince >= 2 * SECOND_NANOS;
            missedBefore = longAgo ? 0 : missed;
            missed = 0;
            takenBefore = longAgo ? 0 : taken;
            taken = 0;
            peakBefore = longAgo ? 0 : peakNow;
            peakNow = 0;
            missedSince = now;
            largestCost -= largestCost / SPARE_PART;
        }
    }

    /** What is held beyond what is used, where nobody else needs it. */
    private long spare(long used, long limit) {
        return Math.max(
                Math.min(limit, FEW), Math.max(Math.ceilDiv(limit, SPARE_PART), Math.max(used / 2, 2 * largestCost)));
    }

    /**
     * What it should come down to because it has held more than it needs for a while; {@link Long#MAX_VALUE} if it has not. To be asked now
     * and then.
     */
    long comesDownTo(long now, long used, long limit, SliceTerms terms) {
        long enough = Math.max(used, peak) == 0 ? 0 : Math.max(used, peak) + spare(used, limit);
        peak = used;
        if (held(terms) == 0 || held(terms) < 2 * enough) {
            calmSince = now;
        }
        return now - calmSince >= CALM_NANOS ? enough : Long.MAX_VALUE;
    }

    /**
     * Lowers the slice to {@code most} and says what the store is to be told: what is in use beyond that is given back once it is free, since
     * nothing new is admitted until then.
     *
     * @param most what it should come down to, asking for no more than it needs; {@link Long#MAX_VALUE} to keep all, and ask for some to spare
     */
    SliceAsk ask(long now, long most, long used, long freesInNanos, long limit, SliceTerms terms) {
        turn(now);
        long missing = Math.max(missed, missedBefore);
        long spare = spare(used, limit);
        // What it will need within a second: else it would give up, while others are short, whatever happens to be free
        // for a
        // moment, and they would have more than their part. And more than is missing, so that a node which begins to be
        // busy need
        // not wait again and again.
        long demand = Math.max(taken + missed, takenBefore + missedBefore);
        long ahead = Math.max(demand, missing + Math.min(spare, 2 * missing));
        long needs = Math.min(limit, Math.max(used + ahead, Math.max(peakNow, peakBefore)));
        long wants = most == Long.MAX_VALUE ? Math.min(limit, Math.max(needs, used + spare)) : needs;
        long freesIn = freesInNanos == 0 ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMicros(freesInNanos));
        if (incarnation != terms.incarnation()) {
            incarnation = terms.incarnation();
            held = 0;
        }
        held = Math.min(held, most);
        // What is in use it goes on to need, also where it has lost its slice: the store may still keep that for it.
        return new SliceAsk(limit, Math.max(held, used), needs, wants, used, freesIn);
    }

    /** Whether it holds less than it needs. */
    boolean isShort(long now, long used, long limit, SliceTerms terms) {
        turn(now);
        long missing = Math.max(missed, missedBefore);
        return missing > 0 && held(terms) < Math.min(limit, used + missing);
    }

    /** Takes what the store has answered to the last {@link #ask}, under the same incarnation. */
    void replied(SliceReply reply, long now) {
        held = Math.min(reply.held(), reply.yieldTo());
        othersUsed = reply.othersUsed();
        othersFreeAt = now + TimeUnit.MICROSECONDS.toNanos(reply.othersFreeInMicros());
        long known = reply.othersIdle() > 0 ? 0 : SECOND_NANOS;
        if (reply.othersFreeInMicros() > 0) {
            known = Math.min(known, othersFreeAt - now);
        }
        nothingElsewhereUntil = now + known;
    }

    /**
     * The limit has become smaller: what this node had of the larger one is gone. Nothing more is used before the store has said what it has of
     * the new one.
     */
    void forget() {
        incarnation = FORGOTTEN;
        held = 0;
    }

    /** What of the limit the other nodes have in use, as far as is known. */
    long othersUsed(SliceTerms terms) {
        return terms.reach() == SliceTerms.Reach.CUT_OFF ? 0 : othersUsed;
    }

    /** When the others may have something to give: nanoseconds from now, 0 if that can't be known. */
    long nanosUntilOthersFree(long now) {
        return Math.max(0, othersFreeAt - now);
    }
}
