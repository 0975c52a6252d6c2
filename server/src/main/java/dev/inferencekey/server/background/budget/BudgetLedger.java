package dev.inferencekey.server.background.budget;

import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.NodeLedger;
import dev.inferencekey.server.domain.budget.NodeLedger.Batch;
import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import dev.inferencekey.server.domain.budget.NodeLedger.State;
import dev.inferencekey.server.domain.budget.NodeLedger.Ticket;
import dev.inferencekey.server.domain.budget.UnbookedSpending;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.BudgetStore;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's ledger of budgets: admits requests from memory where it can, asks the store for more where it must, and tells it what was used,
 * with all that came together meanwhile in one transaction.
 *
 * <p>Thread-safe. One thread talks to the store; {@code this} guards the books. Callers are called back without it.
 */
public final class BudgetLedger implements Budgets, MetricSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetLedger.class);

    /** Between two looks at what waits for something that others hold. */
    private static final Duration RETRY = Duration.ofMillis(50);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** How often holders are looked for whose node is gone. */
    private static final Duration CLEANING = Duration.ofSeconds(1);

    private static final Duration ALONE = Duration.ofHours(6);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final Store store;
    private final IdSource ids;
    private final InstantSource clock;
    private final Membership membership;
    private final boolean shared;
    private final BudgetWarnings warnings;
    private final BudgetBooking booking;
    private final Thread thread =
            Thread.ofPlatform().name("budget-ledger").daemon().unstarted(this::run);

    // Guarded by this.
    private final NodeLedger books;
    private final Map<Ticket, Entry> entries = new HashMap<>();
    private String holder;
    private boolean opened;
    private long booked;
    /** {@link Membership#losses} when it was last seen that nothing was taken from this node. */
    private long losses;

    private boolean closing;
    /** Nothing is booked any more. */
    private boolean ended;

    private boolean away;
    /** Something came since the last batch was made. */
    private boolean news;
    /** See {@link #formerRunsImported}. */
    private boolean formerRunsImported;

    private Instant cleanAt = Instant.MIN;

    /** @param shared whether other nodes use the same store */
    public BudgetLedger(Store store, IdSource ids, InstantSource clock, Membership membership, boolean shared) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.membership = membership;
        this.shared = shared;
        this.warnings = new BudgetWarnings();
        this.booking = new BudgetBooking(ids, clock);
        this.books = new NodeLedger(shared);
        this.holder = ids.next("led");
    }

    /** Begins to talk to the store. */
    public void start() {
        thread.start();
    }

    @Override
    public Request ask(List<Claim> claims, Runnable decided) {
        synchronized (this) {
            if (ended || !membership.holdsLease() || membership.losses() != losses) {
                wake();
                return Budgets.NONE.ask(claims, decided);
            }
            Ticket ticket = books.ask(claims, clock.instant());
            Entry entry = new Entry(ticket, claims, decided);
            if (ticket.state() == State.WAITING) {
                entries.put(ticket, entry);
                wake();
            }
            return entry;
        }
    }

    /** To be called with the lock. */
    private void wake() {
        news = true;
        notifyAll();
    }

    private final class Entry implements Request {
        private final Ticket ticket;
        private final List<Claim> claims;
        private final Runnable decided;
        private @Nullable Runnable whenBooked;

        Entry(Ticket ticket, List<Claim> claims, Runnable decided) {
            this.ticket = ticket;
            this.claims = claims;
            this.decided = decided;
        }

        @Override
        public Decision decision() {
            synchronized (BudgetLedger.this) {
                return decisionNow();
            }
        }

        private Decision decisionNow() {
            return switch (ticket.state()) {
                case ADMITTED -> new Decision.Admitted();
                case WAITING -> new Decision.Waiting();
                case REFUSED, SETTLING, CLOSED -> refusal();
            };
        }

        private Decision refusal() {
            Budget budget = ticket.shortOf();
            BudgetAccount account = ticket.shortAccount();
            if (budget == null) {
                return new Decision.Unknown();
            }
            if (ticket.state() == State.REFUSED) {
                long left = Math.max(0, budget.amount() - (account == null ? 0 : account.spent()));
                return new Decision.UsedUp(budget, worst(budget), left);
            }
            return account == null || away ? new Decision.Unknown() : new Decision.Held(budget, account);
        }

        private long worst(Budget budget) {
            return claims.stream()
                    .filter(claim -> claim.budget().equals(budget))
                    .mapToLong(Claim::worst)
                    .findFirst()
                    .orElse(0);
        }

        @Override
        public Decision giveUp() {
            synchronized (BudgetLedger.this) {
                entries.remove(ticket);
                books.giveUp(ticket);
                return decisionNow();
            }
        }

        @Override
        public void release() {
            List<Runnable> toCall;
            synchronized (BudgetLedger.this) {
                entries.remove(ticket);
                books.release(ticket);
                // What has become free here is all that others may wait for: the store need not be asked.
                toCall = decided(books.reconsider(clock.instant()));
            }
            call(toCall);
        }

        @Override
        public String settle(long[] used, Runnable whenItIs) {
            String text;
            boolean over;
            synchronized (BudgetLedger.this) {
                long sequence = books.settle(ticket, used);
                text = new UnbookedSpending(holder, sequence, ticket.spending()).text();
                over = ended;
                if (!over) {
                    whenBooked = whenItIs;
                    entries.put(ticket, this);
                    wake();
                }
            }
            if (over) {
                call(List.of(whenItIs));
            }
            return text;
        }
    }

    /** Those who wait for these decisions. To be called with the lock. */
    private List<Runnable> decided(List<Ticket> tickets) {
        List<Runnable> toCall = new ArrayList<>();
        for (Ticket ticket : tickets) {
            Entry entry = entries.remove(ticket);
            if (entry != null) {
                toCall.add(entry.decided);
            }
        }
        return toCall;
    }

    /** Those who wait for these to be booked. To be called with the lock. */
    private List<Runnable> settled(List<Ticket> tickets) {
        List<Runnable> toCall = new ArrayList<>();
        for (Ticket ticket : tickets) {
            Entry entry = entries.remove(ticket);
            if (entry != null && entry.whenBooked != null) {
                toCall.add(entry.whenBooked);
            }
        }
        return toCall;
    }

    /** Each, whatever becomes of the others. To be called without the lock. */
    private static void call(List<Runnable> all) {
        for (Runnable each : all) {
            try {
                each.run();
            } catch (RuntimeException e) {
                LOG.error("budget ledger: a request can't be told how it stands", e);
            }
        }
    }

    /**
     * Waits until the batch with this number is booked, or can be no more. For whoever imports a late record.
     *
     * @return false if it is booked; true if it never will be, so that the caller has to
     * @throws IllegalStateException if it is still not known after a while
     */
    boolean neverBooked(UnbookedSpending spending, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        synchronized (this) {
            while (!ended && spending.holder().equals(holder) && booked < spending.sequence()) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    throw new IllegalStateException("it is not known yet whether a request was booked");
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
            }
            return !spending.holder().equals(holder) || booked < spending.sequence();
        }
    }

    private void run() {
        Duration pause = SHORTEST_PAUSE;
        try {
            while (true) {
                Batch batch;
                List<Runnable> toCall;
                synchronized (this) {
                    if (closing && !books.unbooked()) {
                        return;
                    }
                    news = false;
                    Instant now = clock.instant();
                    toCall = decided(books.reconsider(now));
                    batch = books.collect(now);
                }
                call(toCall);
                boolean done = round(batch);
                pause = done ? SHORTEST_PAUSE : longer(pause);
                rest(done ? null : pause);
                if (away && closing) {
                    return; // The import finds what is unbooked by its records.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
            leave();
        }
    }

    /** Whatever has ended and is not booked is left to the import, and nobody waits for it any longer. */
    private void end() {
        List<Runnable> toCall = new ArrayList<>();
        synchronized (this) {
            ended = true;
            for (Entry entry : entries.values()) {
                if (entry.whenBooked != null) {
                    toCall.add(entry.whenBooked);
                }
            }
            entries.clear();
            notifyAll();
        }
        call(toCall);
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    /** Until there is something to do; {@code pause} after a failure. */
    private synchronized void rest(@Nullable Duration pause) throws InterruptedException {
        if (pause != null) {
            away = true;
            TimeUnit.NANOSECONDS.timedWait(this, pause.toNanos());
            return;
        }
        Duration idle = books.busy() ? RETRY : books.holds() ? NodeLedger.LOOK : cleaning();
        long until = System.nanoTime() + idle.toNanos();
        for (long left = idle.toNanos(); left > 0 && !news && !closing; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** With nobody else there is no one to clean up after. */
    private Duration cleaning() {
        return shared ? CLEANING : ALONE;
    }

    /** Tells the store; false if it can't be told now. */
    private boolean round(@Nullable Batch batch) {
        try {
            clean(batch != null);
            if (batch != null) {
                tell(batch);
            }
            synchronized (this) {
                if (away) {
                    LOG.info("budget ledger: the store is back");
                }
                away = false;
            }
            return true;
        } catch (RuntimeException e) {
            synchronized (this) {
                if (!away) {
                    LOG.warn("budget ledger: the store can't be written; what is under a budget is not served", e);
                }
            }
            return false;
        }
    }

    private void tell(Batch batch) {
        String mine = holder();
        BudgetBooking.Booked told = store.append(session -> booking.book(session, mine, batch));
        warned(told.warned());
        List<Runnable> toCall = new ArrayList<>();
        synchronized (this) {
            Instant now = clock.instant();
            if (told.booked()) {
                booked = batch.sequence();
                toCall.addAll(decided(books.applied(batch, told.answers(), now)));
                toCall.addAll(settled(batch.settled()));
            }
            if (told.closed()) {
                toCall.addAll(closed());
            }
            notifyAll();
        }
        call(toCall);
    }

    /** What this node held was freed: it begins again under another name. Returns who need not wait any more. */
    private synchronized List<Runnable> closed() {
        LOG.warn("budget ledger: this node's lease was over, and what it held was freed");
        holder = ids.next("led");
        opened = false;
        booked = 0;
        notifyAll();
        return settled(books.closed(clock.instant()));
    }

    /** This run's name in the store, which knows it from now on. */
    private String holder() {
        String mine;
        synchronized (this) {
            mine = holder;
            if (opened) {
                return mine;
            }
        }
        store.append(session -> {
            session.budgets().open(mine, membership.id());
            return true;
        });
        synchronized (this) {
            opened = true;
        }
        return mine;
    }

    /**
     * All that former runs of this node left in its journal is in the store. Until then they go on holding what they held: it covers what they
     * had let in and not booked, which would come on top if others had got it meanwhile.
     */
    synchronized void formerRunsImported() {
        if (!formerRunsImported) {
            formerRunsImported = true;
            cleanAt = Instant.MIN;
            wake();
        }
    }

    /** Frees what is held for nodes that are gone, and for former runs of this one. */
    private void clean(boolean telling) {
        Instant now = clock.instant();
        long lossesNow = membership.losses();
        String mine;
        boolean known;
        boolean imported;
        synchronized (this) {
            if (now.isBefore(cleanAt) && losses == lossesNow) {
                return;
            }
            mine = holder;
            known = opened;
            imported = formerRunsImported;
        }
        List<BudgetStore.Holder> open = store.read(session -> session.budgets().openHolders());
        // A batch that is told finds out for itself, and whether it was booked before.
        if (known && !telling && open.stream().noneMatch(each -> each.id().equals(mine))) {
            call(closed());
        }
        synchronized (this) {
            losses = lossesNow;
        }
        Set<String> live = live();
        if (!open.stream().allMatch(each -> live.contains(each.nodeId()))) {
            membership.refresh(); // A node that has just come is not gone.
            live.clear();
            live.addAll(live());
        }
        for (BudgetStore.Holder each : open) {
            boolean former = each.nodeId().equals(membership.id()) && !each.id().equals(mine);
            if ((former && imported) || !live.contains(each.nodeId())) {
                store.append(session -> session.budgets().close(each.id()));
            }
        }
        synchronized (this) {
            if (imported == formerRunsImported) {
                cleanAt = now.plus(cleaning());
            }
        }
    }

    private Set<String> live() {
        Set<String> live = membership.live().stream().map(Node::id).collect(Collectors.toSet());
        live.add(membership.id());
        return live;
    }

    /** Gives back what is held. */
    private void leave() {
        String mine;
        synchronized (this) {
            if (!opened) {
                return;
            }
            mine = holder;
        }
        try {
            store.append(session -> session.budgets().close(mine));
        } catch (RuntimeException e) {
            LOG.warn("budget ledger: what this node held is free only when its lease is over", e);
        }
    }

    /** Shares of budgets were reached with what somebody else has booked. */
    void warned(List<Integer> shares) {
        shares.forEach(warnings::told);
    }

    @Override
    public List<Metric> metrics() {
        return warnings.metrics();
    }

    /** Books what has ended, gives back what is held, and ends. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            thread.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
