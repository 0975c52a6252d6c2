package dev.inferencekey.server.background.limit;

import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.SharedQuantity;
import dev.inferencekey.server.domain.limit.Shortage;
import dev.inferencekey.server.domain.limit.SliceAsk;
import dev.inferencekey.server.domain.limit.SliceTerms;
import dev.inferencekey.server.domain.limit.SliceTerms.Reach;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.ServingNodes;
import dev.inferencekey.server.ports.limit.LimitSlices;
import dev.inferencekey.server.ports.limit.SlicedLimit;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets this node its slices of limits from the store, gives back what is idle, and gives up what others are short of; see {@link
 * SharedQuantity} for why no limit is exceeded. Thread-safe.
 *
 * <p>Notes. One thread exchanges with the store, many limits in one transaction and one transaction at a time: what is asked while it is
 * under way goes together into the next. What was not granted in full is asked for again: soon while requests wait for it, else now and
 * then. As long as more than one node lives, it is looked {@value #LOOK_MILLIS} ms apart whether another one is short of something.
 *
 * <p>Where the store does not answer, nobody waits for it: this node then admits its part of each limit by itself, until it answers.
 */
public final class LimitSliceExchange implements LimitSlices, MetricSource, AutoCloseable {
    private static final long LOOK_MILLIS = 100;
    private static final long LOOK_NANOS = Duration.ofMillis(LOOK_MILLIS).toNanos();
    private static final long AGAIN_FOR_WAITERS_NANOS = Duration.ofMillis(50).toNanos();
    private static final long AGAIN_NANOS = Duration.ofMillis(500).toNanos();
    private static final long ROUND_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long SWEEP_NANOS = Duration.ofMinutes(10).toNanos();
    /** A store that takes longer counts as one that does not answer; shorter than requests wait. */
    private static final long SILENT_NANOS = Duration.ofMillis(750).toNanos();

    private static final int BATCH = 500;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(LimitSliceExchange.class);

    private final SharedSlices shared;
    private final LongSupplier ticker;
    private final Thread thread =
            Thread.ofPlatform().name("limit-slices").daemon().unstarted(this::run);
    private final Set<SlicedLimit> asked = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;
    private volatile @Nullable Membership member;
    private volatile Standing standing = new Standing(1, 0);
    private volatile boolean failing;
    /** When the exchange that is under way began; 0 if there is none. */
    private volatile long askedSince;

    // Touched by the thread alone.
    private final Map<String, Known> known = new HashMap<>();
    private Set<String> nodes = Set.of();
    private long turn;
    private long lookedAt;
    private long roundAt;
    private long sweptAt;

    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong grants = new AtomicLong();
    private final AtomicLong unmet = new AtomicLong();
    private final AtomicLong yields = new AtomicLong();
    private final AtomicLong returns = new AtomicLong();
    private volatile int held;

    /** A limit that this node has a slice of, or wants one of. */
    private static final class Known {
        final SlicedLimit limit;
        long askedAt;
        boolean unmet;
        /** It has come down further than the store knows, or will when what is in use is free. */
        boolean yields;

        Known(SlicedLimit limit) {
            this.limit = limit;
        }
    }

    /** The terms of one moment, made ahead. */
    private record Standing(SliceTerms inTouch, SliceTerms silent, SliceTerms cutOff) {
        Standing(int nodes, long losses) {
            this(
                    new SliceTerms(Reach.IN_TOUCH, nodes, losses),
                    new SliceTerms(Reach.STORE_SILENT, nodes, losses),
                    new SliceTerms(Reach.CUT_OFF, nodes, losses));
        }
    }

    /** {@code ticker} gives monotonic nanoseconds from the origin that the gateway measures by. */
    public LimitSliceExchange(Store store, LongSupplier ticker) {
        this.shared = new SharedSlices(store);
        this.ticker = ticker;
        long now = ticker.getAsLong();
        lookedAt = now;
        roundAt = now - ROUND_NANOS;
        sweptAt = now - SWEEP_NANOS;
    }

    /** Begins; until then, nothing is admitted of any limit. {@code self} is this node among the others. */
    public void start(Membership self) {
        member = self;
        thread.start();
    }

    private Membership membership() {
        Membership self = member;
        if (self == null) {
            throw new IllegalStateException("not started");
        }
        return self;
    }

    @Override
    public SliceTerms terms() {
        Membership self = membership();
        // In this order: the number of losses has grown before the lease is held again.
        boolean holds = self.holdsLease();
        Standing now = standing(self.losses());
        if (!holds) {
            return now.cutOff;
        }
        long since = askedSince;
        return failing || (since != 0 && ticker.getAsLong() - since > SILENT_NANOS) ? now.silent : now.inTouch;
    }

    private Standing standing(long losses) {
        Standing last = standing;
        if (last.inTouch.incarnation() != losses) {
            last = new Standing(last.inTouch.nodes(), losses);
            standing = last;
        }
        return last;
    }

    @Override
    public void needed(SlicedLimit limit) {
        if (asked.add(limit) || limit.waitedFor()) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closing) {
            long sleep;
            try {
                sleep = turn();
            } catch (RuntimeException e) {
                failures.incrementAndGet();
                if (!failing) {
                    LOG.warn("limits: the store can't be asked; this node admits its own part of each limit", e);
                }
                failing = true;
                sleep = AGAIN_NANOS;
                known.values().forEach(one -> one.limit.look());
            }
            if (sleep > 0) {
                LockSupport.parkNanos(this, sleep);
            }
        }
    }

    /** Does what is due; for how long nothing more will be, unless something is needed. */
    private long turn() {
        long now = ticker.getAsLong();
        Map<String, Map<Shortage.Kind, Long>> due = new HashMap<>();
        if (now - roundAt >= ROUND_NANOS) {
            roundAt = now;
            round(now, due);
        }
        if (nodes.size() > 1 && !known.isEmpty() && now - lookedAt >= LOOK_NANOS) {
            lookedAt = now;
            lookForOthers(due);
        }
        long next = takeAsked(now, due);
        if (!due.isEmpty()) {
            exchange(due);
            return 0;
        }
        long look = nodes.size() > 1 && !known.isEmpty() ? lookedAt + LOOK_NANOS - now : ROUND_NANOS;
        return Math.max(1, Math.min(Math.min(next, look), roundAt + ROUND_NANOS - now));
    }

    /** Moves what may be asked now to {@code due}; when the next may be. */
    @SuppressWarnings("ReferenceEquality") // Whether it is still the same one, which alone has the counts.
    private long takeAsked(long now, Map<String, Map<Shortage.Kind, Long>> due) {
        long next = Long.MAX_VALUE;
        for (SlicedLimit limit : List.copyOf(asked)) {
            Known one = known.computeIfAbsent(limit.subject(), _ -> new Known(limit));
            if (one.limit != limit) {
                one = new Known(limit); // The key or workload was removed, and has come back.
                known.put(limit.subject(), one);
            }
            long pause = !one.unmet ? 0 : limit.waitedFor() ? AGAIN_FOR_WAITERS_NANOS : AGAIN_NANOS;
            long in = one.askedAt + pause - now;
            if (!one.unmet || in <= 0) {
                if (due.size() < BATCH) {
                    asked.remove(limit);
                    due.computeIfAbsent(limit.subject(), _ -> Map.of());
                } else {
                    next = 0;
                }
            } else {
                next = Math.min(next, in);
            }
        }
        return next;
    }

    /** Now and then: who the others are, what is idle here, and what is still wanted. */
    private void round(long now, Map<String, Map<Shortage.Kind, Long>> due) {
        List<Node> all = membership().nodes();
        Set<String> live = new HashSet<>();
        for (Node node : all) {
            if (node.live()) {
                live.add(node.id());
            }
        }
        // Also those that are cut off: each of them has counted this one when it took its part.
        int serving = ServingNodes.of(all, membership().now()).nodes();
        if (membership().holdsLease() && serving > 0 && serving != standing.inTouch.nodes()) {
            standing = new Standing(serving, membership().losses());
        }
        if (!live.equals(nodes) || now - sweptAt >= SWEEP_NANOS) {
            sweep();
            nodes = live;
            sweptAt = now;
        }
        for (Known one : known.values()) {
            Map<Shortage.Kind, Long> idle = one.limit.idle(now);
            if (!idle.isEmpty() && due.size() < BATCH) {
                returns.incrementAndGet();
                due.put(one.limit.subject(), idle);
            } else if (one.limit.wanting(now)) {
                asked.add(one.limit);
            }
        }
    }

    /** What another node is short of, and this one has too much of. */
    private void lookForOthers(Map<String, Map<Shortage.Kind, Long>> due) {
        SharedSlices.Seen seen = asking(() -> shared.wanting(BATCH));
        seen.wanting().forEach((subject, divided) -> {
            Known one = known.get(subject);
            if (one != null) {
                Map<Shortage.Kind, Long> most = yields(
                        one.limit, divided.present(seen.leases()), seen.leases().nowMicros());
                if (!most.isEmpty()) {
                    yields.incrementAndGet();
                    due.merge(subject, most, LimitSliceExchange::lower);
                }
            }
        });
    }

    private Map<Shortage.Kind, Long> yields(SlicedLimit limit, SharedLimit divided, long nowMicros) {
        Map<Shortage.Kind, Long> most = new EnumMap<>(Shortage.Kind.class);
        divided.quantities().forEach((kind, quantity) -> {
            Integer of = limit.limits().of(kind);
            if (of != null) {
                long to = quantity.yieldTo(membership().id(), of, nowMicros);
                if (to < quantity.heldBy(membership().id())) {
                    most.put(kind, to);
                }
            }
        });
        return most;
    }

    private static Map<Shortage.Kind, Long> lower(Map<Shortage.Kind, Long> one, Map<Shortage.Kind, Long> other) {
        Map<Shortage.Kind, Long> both = new EnumMap<>(Shortage.Kind.class);
        both.putAll(one);
        other.forEach((kind, most) -> both.merge(kind, most, Math::min));
        return both;
    }

    private void exchange(Map<String, Map<Shortage.Kind, Long>> due) {
        long now = ticker.getAsLong();
        long mine = ++turn;
        Map<String, LimitCounts.Asked> asks = new HashMap<>();
        due.forEach((subject, most) -> {
            Known one = known.get(subject);
            if (one != null) {
                one.askedAt = now;
                asks.put(subject, one.limit.ask(now, most));
            }
        });
        Map<String, SharedLimit.Reply> replies;
        try {
            replies = asking(() -> shared.exchange(membership().id(), mine, asks));
        } catch (RuntimeException e) {
            asks.keySet().forEach(subject -> {
                Known one = known.get(subject);
                if (one != null) {
                    asked.add(one.limit);
                }
            });
            throw e;
        }
        exchanges.incrementAndGet();
        asks.forEach((subject, ask) -> {
            Known one = known.get(subject);
            SharedLimit.Reply reply = replies.get(subject);
            if (one != null) {
                one.unmet = true;
                if (reply != null) {
                    replied(one, ask, reply);
                }
                if (one.unmet && (one.yields || one.limit.waitedFor() || one.limit.wanting(ticker.getAsLong()))) {
                    asked.add(one.limit);
                }
            }
        });
        held = known.size();
    }

    private void replied(Known one, LimitCounts.Asked ask, SharedLimit.Reply reply) {
        boolean more = false;
        boolean less = false;
        boolean yields = false;
        boolean empty = true;
        for (Map.Entry<Shortage.Kind, SliceAsk> asked : ask.asks().entrySet()) {
            var given = reply.replies().get(asked.getKey());
            if (given != null) {
                more |= given.held() > asked.getValue().keeps();
                less |= given.held() < asked.getValue().wants();
                yields |= given.yieldTo() < given.held();
                empty &= given.held() == 0 && asked.getValue().needs() == 0;
            }
        }
        long now = ticker.getAsLong();
        one.unmet = less || yields;
        one.yields = yields;
        one.limit.replied(now, ask, reply);
        if (more) {
            grants.incrementAndGet();
        }
        if (less) {
            unmet.incrementAndGet();
        } else if (empty) {
            known.remove(one.limit.subject());
        }
    }

    /** Asks the store for something; while that takes long, and after it has failed, nobody waits for the store. */
    private <T> T asking(Supplier<T> what) {
        long now = ticker.getAsLong();
        askedSince = now == 0 ? 1 : now;
        try {
            T answer = what.get();
            if (failing) {
                LOG.info("limits: the store answers again");
                failing = false;
            }
            return answer;
        } finally {
            askedSince = 0;
        }
    }

    /** Lets go of what nodes had that are gone, so that it is over in a minute although nobody asks for it. */
    private void sweep() {
        String after = "";
        List<String> page;
        do {
            String from = after;
            page = asking(() -> shared.sweep(from, BATCH));
            after = page.isEmpty() ? after : page.getLast();
        } while (page.size() == BATCH && !closing);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.counter(
                        "inferencekey_limit_slice_exchanges_total",
                        "Transactions in which this node asked for, gave back or gave up slices of limits.",
                        exchanges.get()),
                Metric.counter(
                        "inferencekey_limit_slice_failures_total",
                        "Times that the store could not be asked for slices of limits.",
                        failures.get()),
                Metric.counter(
                        "inferencekey_limit_slices_granted_total",
                        "Times that a slice of this node became larger.",
                        grants.get()),
                Metric.counter(
                        "inferencekey_limit_slices_unmet_total",
                        "Times that this node got less of a limit than it asked for.",
                        unmet.get()),
                Metric.counter(
                        "inferencekey_limit_slices_yielded_total",
                        "Times that this node gave up a part of a slice since another node was short.",
                        yields.get()),
                Metric.counter(
                        "inferencekey_limit_slices_returned_total",
                        "Times that this node gave back what it did not need.",
                        returns.get()),
                Metric.gauge(
                        "inferencekey_limit_slices_held",
                        "Keys and workloads of whose limits this node has slices.",
                        held));
    }

    /** Gives everything back; no request is counted any more by then. Idempotent. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            if (!thread.join(CLOSE_PATIENCE)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            leave();
        } catch (RuntimeException e) {
            LOG.warn(
                    "limits: the store can't be told what this node gives back, which is free a minute after its lease then",
                    e);
        }
    }

    private void leave() {
        long now = ticker.getAsLong();
        List<String> subjects = new ArrayList<>(known.keySet());
        for (int from = 0; from < subjects.size(); from += BATCH) {
            Map<String, LimitCounts.Asked> last = new HashMap<>();
            for (String subject : subjects.subList(from, Math.min(subjects.size(), from + BATCH))) {
                Known one = known.get(subject);
                if (one != null) {
                    last.put(subject, one.limit.ask(now, Map.of()));
                }
            }
            long mine = ++turn;
            shared.leave(membership().id(), mine, last);
        }
        known.clear();
    }
}
