package dev.inferencekey.server.background.limit;

import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.LimitShare;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.Shortage;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.limit.SlicedLimit;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node whose lease ends when the test says so, with limits that it counts as the gateway does, and a store that can be cut off. */
final class TestNode implements Membership, AutoCloseable {
    private final Store all;
    private final String id;
    private final Map<String, Counted> limits = new HashMap<>();
    volatile boolean cut;
    volatile boolean holdsLease = true;
    volatile long losses;
    final LimitSliceExchange exchange;

    TestNode(Store all, String id) {
        this.all = all;
        this.id = id;
        all.write(session -> session.nodes()
                .register(new Node.Declared(
                        id,
                        "home_of_" + id,
                        id,
                        "1",
                        NodeRole.ALL,
                        false,
                        null,
                        Duration.ofSeconds(10),
                        WhenCutOff.SERVE,
                        Duration.ofHours(1))));
        this.exchange = new LimitSliceExchange(new CuttableStore(), System::nanoTime);
        exchange.start(this);
    }

    /** What others do when they have not heard of it for the time of its lease. */
    void isTakenForLost() {
        all.append(session -> {
            session.nodes().markLost(id, 1);
            return true;
        });
    }

    /** It ends without a word, and the others find that out. */
    void dies() {
        cut = true;
        exchange.close();
        isTakenForLost();
    }

    Counted limit(String subject, Limits of) {
        return limits.computeIfAbsent(subject, _ -> new Counted(subject, of));
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String name() {
        return id;
    }

    @Override
    public boolean holdsLease() {
        return holdsLease;
    }

    @Override
    public Duration lease() {
        return Duration.ofSeconds(10);
    }

    @Override
    public long losses() {
        return losses;
    }

    @Override
    public Instant now() {
        return all.read(session -> session.nodes().now());
    }

    @Override
    public List<Node> nodes() {
        return all.read(session -> session.nodes().all());
    }

    @Override
    public void refresh() {}

    @Override
    public void close() {
        exchange.close();
    }

    /** A limit as this node counts it. */
    final class Counted implements SlicedLimit {
        private final String subject;
        private final LimitCounts counts;
        private volatile boolean waitedFor;

        Counted(String subject, Limits of) {
            this.subject = subject;
            this.counts = new LimitCounts(of, exchange::terms);
        }

        /** Null if there is no room for one more request. */
        @Nullable
        LimitShare call() {
            LimitShare share = null;
            boolean more;
            synchronized (this) {
                long now = System.nanoTime();
                Shortage shortage = counts.shortage(now, 1);
                if (shortage == null) {
                    share = counts.take(now, 1);
                    more = counts.low(now);
                } else {
                    counts.missed(now, shortage, 1);
                    more = true;
                }
            }
            if (more) {
                exchange.needed(this);
            }
            return share;
        }

        /** Calls until there is room, as a request does that waits. */
        LimitShare callWaiting() {
            waitedFor = true;
            try {
                long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                LimitShare share = call();
                while (share == null && System.nanoTime() < until) {
                    Thread.onSpinWait();
                    share = call();
                }
                if (share == null) {
                    throw new AssertionError("waited for 20 s");
                }
                return share;
            } finally {
                waitedFor = false;
            }
        }

        void end(LimitShare share) {
            synchronized (this) {
                share.leave();
            }
        }

        void change(Limits to) {
            synchronized (this) {
                counts.change(to);
            }
            exchange.needed(this);
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
            return waitedFor;
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
        }

        @Override
        public void look() {}
    }

    private final class CuttableStore implements Store {
        private void refuseIfCut() {
            if (cut) {
                throw new StoreUnavailableException("cut off", new RuntimeException("by the test"));
            }
        }

        @Override
        public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
            refuseIfCut();
            return all.read(work);
        }

        @Override
        public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
            refuseIfCut();
            return all.write(work);
        }

        @Override
        public <T extends @Nullable Object> T append(Function<StoreSession, T> work) {
            refuseIfCut();
            return all.append(work);
        }

        @Override
        public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
            refuseIfCut();
            return all.writeUrgently(work);
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public boolean sharedByNodes() {
            return true;
        }

        @Override
        public Subscription onChange(Runnable changed, Runnable acknowledged) {
            return all.onChange(changed, acknowledged);
        }

        @Override
        public void close() {}
    }
}
