package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.Shortage;
import dev.inferencekey.server.domain.limit.SliceTerms;
import dev.inferencekey.server.ports.limit.LimitSlices;
import dev.inferencekey.server.ports.limit.SlicedLimit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one key, or of one workload, and what was used of them on this node.
 *
 * <p>Thread-safe: its own monitor guards its counts. Invariant: whoever needs two takes the key's before the workload's, holds them for
 * nothing but counting, and takes no other lock inside; so nobody waits for long, or for ever.
 */
final class Limiter implements SlicedLimit {
    private final String owner;
    private final String subject;
    private final LimitCounts counts;
    /** Null on a node that is alone. */
    private final @Nullable LimitSlices slices;
    /**
     * Requests that wait for a slice; null until there is one, since there may be millions of limiters. A waiter adds itself and then looks
     * again; whoever changes something tells it then.
     */
    private volatile @Nullable Set<HeldRequests.Place> waiters;

    private Limiter(String owner, String subject, Limits limits, Maker maker) {
        this.owner = owner;
        this.subject = subject;
        this.slices = maker.slices;
        this.counts = new LimitCounts(limits, maker.terms);
    }

    /** Makes the limiters of one node. Immutable. */
    static final class Maker {
        /** That of a node that is alone. */
        static final Maker ALONE = new Maker(null);

        private final @Nullable LimitSlices slices;
        private final @Nullable Supplier<SliceTerms> terms;

        /** {@code slices} is null on a node that is alone. */
        Maker(@Nullable LimitSlices slices) {
            this.slices = slices;
            this.terms = slices == null ? null : slices::terms;
        }

        Limiter ofKey(String keyId, Limits limits) {
            return new Limiter("this key", keyId, limits, this);
        }

        Limiter ofWorkload(String workloadId, String slug, Limits limits) {
            return new Limiter("the workload \"" + slug + "\"", workloadId, limits, this);
        }
    }

    /** Sets other limits and keeps what was counted. */
    void change(Limits limits) {
        boolean changed;
        synchronized (this) {
            changed = !limits.equals(counts.limits());
            counts.change(limits);
        }
        if (changed) {
            needMore();
        }
    }

    /** To be touched only by whoever holds this limiter's monitor. */
    LimitCounts counts() {
        return counts;
    }

    /** More of it is needed than this node has, or soon will be; not to be called with the monitor. */
    void needMore() {
        if (slices != null) {
            slices.needed(this);
        }
    }

    /** {@code waiter} is told of each change from now on. */
    void addWaiter(HeldRequests.Place waiter) {
        synchronized (this) {
            Set<HeldRequests.Place> known = waiters;
            if (known == null) {
                known = ConcurrentHashMap.newKeySet();
                waiters = known;
            }
            known.add(waiter);
        }
    }

    void removeWaiter(HeldRequests.Place waiter) {
        Set<HeldRequests.Place> known = waiters;
        if (known != null) {
            known.remove(waiter);
        }
    }

    @Override
    public String subject() {
        return subject;
    }

    @Override
    public Limits limits() {
        synchronized (this) {
            return counts.limits();
        }
    }

    @Override
    public boolean waitedFor() {
        Set<HeldRequests.Place> known = waiters;
        return known != null && !known.isEmpty();
    }

    @Override
    public boolean wanting(long now) {
        synchronized (this) {
            return counts.low(now) || counts.isShort(now);
        }
    }

    @Override
    public Map<Shortage.Kind, Long> idle(long now) {
        synchronized (this) {
            return counts.idle(now);
        }
    }

    @Override
    public LimitCounts.Asked ask(long now, Map<Shortage.Kind, Long> most) {
        synchronized (this) {
            return counts.ask(now, most);
        }
    }

    @Override
    public void replied(long now, LimitCounts.Asked asked, SharedLimit.Reply reply) {
        synchronized (this) {
            counts.replied(now, asked, reply);
        }
        look();
    }

    @Override
    public void look() {
        Set<HeldRequests.Place> known = waiters;
        if (known != null && !known.isEmpty()) {
            HeldRequests.inTurns(known).forEach(HeldRequests.Place::tellOfChange);
        }
    }

    /** What a caller is told of a shortage: whose limit, how much it is, and what to do. */
    String message(Shortage shortage, long retryAfterSeconds) {
        String what = switch (shortage.kind()) {
            case REQUESTS -> " requests per minute";
            case TOKENS -> " tokens per minute";
            case CONCURRENT_REQUESTS -> " concurrent requests";
        };
        String left = shortage.kind() == Shortage.Kind.TOKENS
                ? ": the request may need more than the " + shortage.left() + " that are left"
                : "";
        String advice = shortage.kind() == Shortage.Kind.CONCURRENT_REQUESTS
                ? "try again when another request has ended"
                : "try again in " + retryAfterSeconds + (retryAfterSeconds == 1 ? " second" : " seconds");
        return owner + " has reached its limit of " + shortage.limit() + what + left + "; " + advice;
    }
}
