package dev.inferencekey.server.domain.limit;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one key or one workload has used of its limits on this node.
 *
 * <p>Notes. A request costs one request, and at first as many tokens as it is expected to use. An expectation above the whole limit counts
 * as the whole limit: the request is admitted when nothing else was used for a minute, rather than never. A limit counts from the moment it
 * is set for the first time; a change of its size keeps what was counted, and so does taking it off for a while.
 *
 * <p>A node that is alone has the whole of each limit. One among others has a slice of it, and counts within that; see {@link
 * SharedQuantity}.
 *
 * <p>Times are as for {@link SlidingWindow}. Not thread-safe.
 */
public final class LimitCounts {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private Limits limits;
    private @Nullable SlidingWindow requests;
    private @Nullable SlidingWindow tokens;
    private int running;
    /** Null on a node that is alone. */
    private final @Nullable Supplier<SliceTerms> terms;
    /** Null on a node that is alone, and until the limit is used for the first time: there may be millions. */
    private @Nullable Slices slices;

    /** What was asked of the store, and under which {@linkplain SliceTerms#incarnation incarnation}: an answer holds for that alone. */
    public record Asked(Map<Shortage.Kind, SliceAsk> asks, long incarnation) {
        public Asked {
            asks = Map.copyOf(asks);
        }
    }

    private static final class Slices {
        final Supplier<SliceTerms> terms;
        final NodeSlice requests;
        final NodeSlice tokens;
        final NodeSlice running;

        Slices(Supplier<SliceTerms> terms, long now) {
            this.terms = terms;
            this.requests = new NodeSlice(now);
            this.tokens = new NodeSlice(now);
            this.running = new NodeSlice(now);
        }

        NodeSlice of(Shortage.Kind kind) {
            return switch (kind) {
                case REQUESTS -> requests;
                case TOKENS -> tokens;
                case CONCURRENT_REQUESTS -> running;
            };
        }
    }

    /** Counts of a node that is alone. */
    public LimitCounts(Limits limits) {
        this(limits, null);
    }

    /** {@code terms} says how a node among others stands with them; asked for each request. Null on a node that is alone. */
    public LimitCounts(Limits limits, @Nullable Supplier<SliceTerms> terms) {
        this.limits = limits;
        this.terms = terms;
    }

    private @Nullable Slices slices(long now) {
        if (slices == null && terms != null) {
            slices = new Slices(terms, now);
        }
        return slices;
    }

    /** Sets other limits. */
    public void change(Limits changed) {
        Limits before = limits;
        limits = changed;
        if (slices != null && !before.equals(changed)) {
            for (Shortage.Kind kind : Shortage.Kind.values()) {
                Integer was = before.of(kind);
                Integer is = changed.of(kind);
                if (was != null && (is == null || is < was)) {
                    slices.of(kind).forget();
                }
            }
        }
    }

    public Limits limits() {
        return limits;
    }

    /** Why one more request with this cost does not fit, null if it does. What takes longest to pass is named. */
    public @Nullable Shortage shortage(long now, long cost) {
        Shortage ofRequests = shortage(Shortage.Kind.REQUESTS, limits.requestsPerMinute(), now, 1);
        Shortage ofTokens = tokenShortage(now, cost);
        if (ofRequests != null && (ofTokens == null || ofRequests.waitNanos() >= ofTokens.waitNanos())) {
            return ofRequests;
        }
        if (ofTokens != null) {
            return ofTokens;
        }
        return shortage(Shortage.Kind.CONCURRENT_REQUESTS, limits.maxConcurrentRequests(), now, 1);
    }

    /** Why this many tokens do not fit, null if they do. */
    public @Nullable Shortage tokenShortage(long now, long cost) {
        return shortage(Shortage.Kind.TOKENS, limits.tokensPerMinute(), now, cost);
    }

    private @Nullable Shortage shortage(Shortage.Kind kind, @Nullable Integer limit, long now, long cost) {
        if (limit == null) {
            return null;
        }
        long counted = counted(cost, limit);
        long used = used(kind, now);
        Slices among = slices(now);
        if (among == null) {
            return used + counted <= limit
                    ? null
                    : new Shortage(
                            kind, limit, Math.max(0, limit - used), nanosUntil(kind, now, limit - counted), false);
        }
        SliceTerms terms = among.terms.get();
        NodeSlice slice = among.of(kind);
        long allowed = slice.allowed(limit, terms);
        if (used + counted <= allowed) {
            return null;
        }
        long left = Math.max(0, Math.max(allowed - used, limit - used - slice.othersUsed(terms)));
        if (used + counted <= limit && terms.reach() == SliceTerms.Reach.IN_TOUCH) {
            return new Shortage(
                    kind,
                    limit,
                    left,
                    waitForOthers(kind, slice, now, allowed - counted),
                    slice.mayComeFromOthers(now, terms));
        }
        return new Shortage(kind, limit, left, nanosUntil(kind, now, Math.max(0, allowed - counted)), false);
    }

    /** When there may be enough if others have it: as soon as they or this node use less. */
    private long waitForOthers(Shortage.Kind kind, NodeSlice slice, long now, long most) {
        long others = slice.nanosUntilOthersFree(now);
        if (kind == Shortage.Kind.CONCURRENT_REQUESTS || most < 0) {
            return others;
        }
        long own = nanosUntil(kind, now, most);
        return others == 0 || own == 0 ? Math.max(others, own) : Math.min(others, own);
    }

    /** A request with this cost did not fit: what it needs is asked for. */
    public void missed(long now, Shortage shortage, long cost) {
        Integer limit = limits.of(shortage.kind());
        if (slices != null && limit != null) {
            slices.of(shortage.kind()).missed(now, shortage.kind() == Shortage.Kind.TOKENS ? counted(cost, limit) : 1);
        }
    }

    /** Takes one request with this cost, whether it fits or not. */
    public LimitShare take(long now, long cost) {
        if (limits.requestsPerMinute() != null && requests == null) {
            requests = new SlidingWindow(now);
        }
        running++;
        LimitShare share = new LimitShare(this, requests, requests == null ? 0 : requests.add(now, 1));
        share.takeTokens(now, cost);
        if (slices != null) {
            slices.running.reached(now, running);
            if (requests != null) {
                slices.requests.took(now, 1);
            }
        }
        return share;
    }

    /** Whether a slice has become so small that more should be asked for. */
    public boolean low(long now) {
        return slices != null
                && (low(Shortage.Kind.REQUESTS, limits.requestsPerMinute(), now)
                        || low(Shortage.Kind.TOKENS, limits.tokensPerMinute(), now)
                        || low(Shortage.Kind.CONCURRENT_REQUESTS, limits.maxConcurrentRequests(), now));
    }

    private boolean low(Shortage.Kind kind, @Nullable Integer limit, long now) {
        return slices != null && limit != null && slices.of(kind).low(used(kind, now), limit, slices.terms.get());
    }

    /** Whether this node has less of a limit than it needs now. */
    public boolean isShort(long now) {
        Slices among = slices;
        if (among == null) {
            return false;
        }
        for (Shortage.Kind kind : Shortage.Kind.values()) {
            Integer limit = limits.of(kind);
            if (limit != null && among.of(kind).isShort(now, used(kind, now), limit, among.terms.get())) {
                return true;
            }
        }
        return false;
    }

    /** What this node's slices should come down to, since they have been larger than needed for a while; nothing for those that have not. */
    public Map<Shortage.Kind, Long> idle(long now) {
        Map<Shortage.Kind, Long> idle = new EnumMap<>(Shortage.Kind.class);
        Slices among = slices;
        if (among != null) {
            for (Shortage.Kind kind : Shortage.Kind.values()) {
                Integer limit = limits.of(kind);
                if (limit != null) {
                    long most = among.of(kind).comesDownTo(now, used(kind, now), limit, among.terms.get());
                    if (most != Long.MAX_VALUE) {
                        idle.put(kind, most);
                    }
                }
            }
        }
        return idle;
    }

    /**
     * Lowers this node's slices and says what the store is to be told.
     *
     * @param most what the slices should come down to, nothing more is admitted beyond that; what is absent is kept, and more is asked for
     */
    public Asked ask(long now, Map<Shortage.Kind, Long> most) {
        Slices among = slices(now);
        if (among == null) {
            return new Asked(Map.of(), 0);
        }
        SliceTerms terms = among.terms.get();
        Map<Shortage.Kind, SliceAsk> asks = new EnumMap<>(Shortage.Kind.class);
        for (Shortage.Kind kind : Shortage.Kind.values()) {
            Integer limit = limits.of(kind);
            if (limit != null) {
                long used = used(kind, now);
                long down = most.getOrDefault(kind, Long.MAX_VALUE);
                long freesIn = used == 0 ? 0 : nanosUntil(kind, now, used - 1);
                asks.put(kind, among.of(kind).ask(now, down, used, freesIn, limit, terms));
            }
        }
        return new Asked(asks, terms.incarnation());
    }

    /** Takes what the store has answered to what {@link #ask} has said. */
    public void replied(long now, Asked asked, SharedLimit.Reply reply) {
        Slices among = slices(now);
        if (among == null) {
            return;
        }
        SliceTerms terms = among.terms.get();
        reply.replies().forEach((kind, one) -> {
            Integer limit = limits.of(kind);
            SliceAsk ask = asked.asks().get(kind);
            if (limit != null && ask != null && asked.incarnation() == terms.incarnation()) {
                among.of(kind).replied(one, now);
                if (limit < ask.limit()) {
                    among.of(kind).forget();
                }
            }
        });
    }

    /** What is left of the requests per minute, null if they are not limited. */
    public @Nullable Standing requests(long now) {
        return standing(Shortage.Kind.REQUESTS, limits.requestsPerMinute(), now);
    }

    /** What is left of the tokens per minute, null if they are not limited. */
    public @Nullable Standing tokens(long now) {
        return standing(Shortage.Kind.TOKENS, limits.tokensPerMinute(), now);
    }

    private @Nullable Standing standing(Shortage.Kind kind, @Nullable Integer limit, long now) {
        if (limit == null) {
            return null;
        }
        long used = used(kind, now);
        long reset = nanosUntil(kind, now, 0);
        Slices among = slices(now);
        if (among == null) {
            return new Standing(limit, Math.max(0, limit - used), reset);
        }
        SliceTerms terms = among.terms.get();
        NodeSlice slice = among.of(kind);
        long others = slice.othersUsed(terms);
        long left = terms.reach() == SliceTerms.Reach.CUT_OFF
                ? slice.allowed(limit, terms) - used
                : Math.max(slice.allowed(limit, terms) - used, limit - used - others);
        return new Standing(limit, Math.max(0, left), others > 0 ? MINUTE_NANOS : reset);
    }

    private long used(Shortage.Kind kind, long now) {
        if (kind == Shortage.Kind.CONCURRENT_REQUESTS) {
            return running;
        }
        SlidingWindow window = kind == Shortage.Kind.REQUESTS ? requests : tokens;
        return window == null ? 0 : window.count(now);
    }

    private long nanosUntil(Shortage.Kind kind, long now, long most) {
        SlidingWindow window = switch (kind) {
            case REQUESTS -> requests;
            case TOKENS -> tokens;
            case CONCURRENT_REQUESTS -> null;
        };
        return window == null ? 0 : window.nanosUntil(now, most);
    }

    /** What a cost counts: at least one, so that nothing fits where nothing is left, and at most the whole limit. */
    private static long counted(long cost, int limit) {
        return Math.clamp(cost, 1, limit);
    }

    /** The window that tokens are counted in, null if they are not limited. */
    @Nullable
    SlidingWindow tokenWindow(long now) {
        if (limits.tokensPerMinute() != null && tokens == null) {
            tokens = new SlidingWindow(now);
        }
        return tokens;
    }

    long countedTokens(long now, long cost) {
        Integer limit = limits.tokensPerMinute();
        if (limit == null) {
            return 0;
        }
        long counted = counted(cost, limit);
        if (slices != null) {
            slices.tokens.took(now, counted);
        }
        return counted;
    }

    void left() {
        running--;
    }
}
