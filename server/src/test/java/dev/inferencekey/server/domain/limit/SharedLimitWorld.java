package dev.inferencekey.server.domain.limit;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.inferencekey.server.domain.limit.SliceTerms.Reach;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * Many nodes that count as the real ones do, over a store whose messages are late, get lost or are overtaken, while nodes die, are cut off
 * and come back: everything that happens, in the order of time. The same seed gives the same run.
 */
final class SharedLimitWorld {
    static final long MINUTE = SECONDS.toNanos(60);
    static final long LEASE = SECONDS.toNanos(10);

    final Random random;
    final Limits limits;
    final int limit;
    final Shortage.Kind kind;
    final List<Node> nodes = new ArrayList<>();
    final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    final Map<String, Long> leases = new HashMap<>();
    SharedLimit kept = SharedLimit.NONE;
    /** Whether messages get lost although nobody is cut off; else who gets no answer knows that it is cut off. */
    boolean lossy = true;

    long now;
    long number;
    int ids;

    // What was admitted, by whomever.
    final Deque<long[]> admitted = new ArrayDeque<>();
    long inWindow;
    int running;
    long admittedEver;
    long mostAbove;

    SharedLimitWorld(long seed, Shortage.Kind kind, int limit, int count) {
        this.random = new Random(seed);
        this.kind = kind;
        this.limit = limit;
        this.limits = switch (kind) {
            case REQUESTS -> new Limits(limit, null, null);
            case TOKENS -> new Limits(null, limit, null);
            case CONCURRENT_REQUESTS -> new Limits(null, null, limit);
        };
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(this));
        }
    }

    record Event(long at, long number, Runnable what) {}

    void in(long nanos, Runnable what) {
        events.add(new Event(now + nanos, number++, what));
    }

    void runUntil(long end) {
        while (!events.isEmpty() && events.element().at <= end) {
            Event event = events.remove();
            now = event.at;
            event.what.run();
        }
        now = end;
    }

    NodeLeases leases() {
        Set<String> live = new HashSet<>();
        Map<String, Long> lost = new HashMap<>();
        leases.forEach((node, until) -> {
            if (until > now) {
                live.add(node);
            } else {
                lost.put(node, until / 1000);
            }
        });
        return new NodeLeases(now / 1000, live, lost);
    }

    int live() {
        return (int) leases.values().stream().filter(until -> until > now).count();
    }

    void admit(long cost) {
        admittedEver += cost;
        admitted.add(new long[] {now, cost});
        inWindow += cost;
        running++;
        window();
    }

    long window() {
        while (!admitted.isEmpty() && now - admitted.element()[0] >= MINUTE) {
            inWindow -= admitted.remove()[1];
        }
        return inWindow;
    }

    long inUse() {
        return kind == Shortage.Kind.CONCURRENT_REQUESTS ? running : window();
    }

    void often(long every, Runnable what) {
        in(random.nextLong(every) + 1, () -> {
            what.run();
            often(every, what);
        });
    }

    void exchangeRegularly(long latest) {
        for (Node node : nodes) {
            often(MILLISECONDS.toNanos(300), () -> node.exchange(true, latest));
        }
    }

    static final class Node {
        final SharedLimitWorld world;
        String id;
        LimitCounts counts;
        SliceTerms terms;
        boolean dead;
        boolean cutOff;
        long deadline;
        long turn;
        long busyUntil;
        int runningHere;
        final List<LimitShare> shares = new ArrayList<>();

        Node(SharedLimitWorld world) {
            this.world = world;
            this.terms = new SliceTerms(Reach.IN_TOUCH, 1, 0);
            this.id = "node_" + world.ids++;
            this.counts = counts();
            beat();
        }

        private LimitCounts counts() {
            return new LimitCounts(world.limits, () -> terms);
        }

        void restart() {
            dead = false;
            cutOff = false;
            id = "node_" + world.ids++;
            terms = new SliceTerms(Reach.IN_TOUCH, terms.nodes(), terms.incarnation() + 1);
            counts = counts();
            deadline = 0;
            beat();
        }

        void die() {
            dead = true;
            world.running -= runningHere;
            runningHere = 0;
            shares.clear();
        }

        /** Renews the lease, unless cut off; what is sent takes its time. */
        void beat() {
            if (dead) {
                return;
            }
            String beating = id;
            long sent = world.now;
            if (!cutOff) {
                world.in(world.random.nextLong(MILLISECONDS.toNanos(200)), () -> {
                    world.leases.put(beating, world.now + LEASE);
                    world.in(world.random.nextLong(MILLISECONDS.toNanos(200)), () -> renewed(beating, sent + LEASE));
                });
            }
            world.in(SECONDS.toNanos(2), () -> {
                if (beating.equals(id)) {
                    beat();
                }
            });
        }

        private void renewed(String beating, long until) {
            if (dead || !beating.equals(id)) {
                return;
            }
            look();
            deadline = Math.max(deadline, until);
            if (terms.reach() == Reach.CUT_OFF && deadline > world.now) {
                terms = new SliceTerms(Reach.IN_TOUCH, Math.max(1, world.live()), terms.incarnation() + 1);
            } else if (terms.reach() == Reach.IN_TOUCH) {
                terms = new SliceTerms(Reach.IN_TOUCH, Math.max(1, world.live()), terms.incarnation());
            }
        }

        /** Sees for itself whether its lease has run out. */
        void look() {
            if (deadline != 0 && deadline <= world.now && terms.reach() != Reach.CUT_OFF) {
                terms = new SliceTerms(Reach.CUT_OFF, terms.nodes(), terms.incarnation());
            }
        }

        boolean call(long cost) {
            if (deadline == 0) {
                return false; // It serves nobody before it is known.
            }
            look();
            Shortage shortage = counts.shortage(world.now, cost);
            if (shortage != null) {
                counts.missed(world.now, shortage, cost);
                return false;
            }
            shares.add(counts.take(world.now, cost));
            runningHere++;
            world.admit(cost);
            return true;
        }

        void end() {
            if (!shares.isEmpty()) {
                shares.remove(world.random.nextInt(shares.size())).leave();
                runningHere--;
                world.running--;
            }
        }

        /** Exchanges with the store: on its way there and back the message may be late or get lost. */
        void exchange(boolean yields, long latest) {
            look();
            if (dead || terms.reach() == Reach.CUT_OFF || busyUntil > world.now) {
                return;
            }
            if (!world.lossy && busyUntil > 0 && terms.reach() == Reach.IN_TOUCH) {
                terms = new SliceTerms(Reach.STORE_SILENT, terms.nodes(), terms.incarnation());
            }
            String asking = id;
            Map<Shortage.Kind, Long> most = new EnumMap<>(counts.idle(world.now));
            if (yields) {
                SharedQuantity seen = world.kept.of(world.kind);
                long target = seen.yieldTo(id, world.limit, world.now / 1000);
                if (target < seen.heldBy(id)) {
                    most.put(world.kind, target);
                }
            }
            LimitCounts.Asked asked = counts.ask(world.now, most);
            SharedLimit.Offer offer = new SharedLimit.Offer(++turn, asked.asks());
            busyUntil = world.now + MILLISECONDS.toNanos(400);
            if (cutOff || (world.lossy && world.random.nextInt(50) == 0)) {
                return; // Never comes there.
            }
            world.in(world.random.nextLong(latest), () -> {
                NodeLeases leases = world.leases();
                if (!leases.live().contains(asking)) {
                    return;
                }
                SharedLimit.Exchanged exchanged = world.kept.exchange(asking, offer, leases);
                world.kept = exchanged.next();
                SharedLimit.Reply reply = exchanged.reply();
                if (reply == null || (world.lossy && world.random.nextInt(50) == 0)) {
                    return; // The answer never comes back.
                }
                world.in(world.random.nextLong(MILLISECONDS.toNanos(100)), () -> {
                    if (!dead && asking.equals(id) && turn == offer.turn()) {
                        look();
                        busyUntil = 0;
                        if (terms.reach() == Reach.STORE_SILENT) {
                            terms = new SliceTerms(Reach.IN_TOUCH, terms.nodes(), terms.incarnation());
                        }
                        counts.replied(world.now, asked, reply);
                    }
                });
            });
        }
    }
}
