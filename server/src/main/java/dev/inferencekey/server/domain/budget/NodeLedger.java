package dev.inferencekey.server.domain.budget;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One node's books: which requests are admitted under which budgets, and what is to be told to the store.
 *
 * <p>Notes. A request takes its worst case of every budget that covers it, of all or of none, from what this node holds; so most are admitted
 * without the store. If there is too little, it waits while the node asks for more. The store grants only what fits, and a need that it can't
 * meet makes all nodes give back what they hold idle. A request is refused at once if it would not fit even if nothing were held: that can't
 * change within the period. What is only held by requests under way is worth waiting for; how long, the caller decides. Whenever something
 * becomes free here, those that wait are to be {@linkplain #reconsider looked at again}: nobody else may ever tell them.
 *
 * <p>There is one batch at a time on its way to the store, and it is told again, unchanged, until it is known to be booked. All that has ended
 * when a batch is made is in it, so a request that is settled knows the number of the batch that books it.
 *
 * <p>Sums end at {@link Long#MAX_VALUE}: a model server can claim to have used anything.
 *
 * <p>No clock, no thread, no store; not thread-safe.
 */
public final class NodeLedger {
    /** What was idle for so long goes back, whether anybody asks for it or not. */
    public static final Duration IDLE = Duration.ofSeconds(1);

    /** How often it is looked whether another node needs what is idle here. */
    public static final Duration LOOK = Duration.ofMillis(100);

    /** An account that nobody called for so long is forgotten. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    /** For so many requests like the largest that waits is asked at once. */
    private static final long FORESIGHT = 8;

    private final boolean shared;
    private final Map<AccountKey, Place> places = new HashMap<>();
    /** Those of {@code places} that something is held of, or that were called just now: few of many. */
    private final LinkedHashSet<Place> active = new LinkedHashSet<>();

    private final LinkedHashSet<Ticket> waiting = new LinkedHashSet<>();
    private final ArrayDeque<Ticket> ended = new ArrayDeque<>();
    private @Nullable Batch inFlight;
    private long sequence;
    private Instant lastForgotten = Instant.EPOCH;

    /** @param shared whether other nodes spend of the same budgets */
    public NodeLedger(boolean shared) {
        this.shared = shared;
    }

    /**
     * What one request may need of one budget.
     *
     * @param worst nano-USD or tokens, 0 or more
     */
    public record Claim(Budget budget, long worst) {
        public Claim {
            if (worst < 0) {
                throw new IllegalArgumentException("a claim of less than nothing");
            }
        }
    }

    /** Where a request stands. */
    public enum State {
        /** It is to be heard of again: see {@link #applied}. */
        WAITING,
        ADMITTED,
        /** It does not fit, and will not before the period is over: see {@link Ticket#shortOf}. */
        REFUSED,
        /** It has ended, and the store is to be told. */
        SETTLING,
        /** Nothing of it is left here. */
        CLOSED
    }

    /** One request's claims. */
    public static final class Ticket {
        private final List<Part> parts;
        private State state = State.WAITING;
        private @Nullable Part shortOf;

        private Ticket(List<Part> parts) {
            this.parts = parts;
        }

        public State state() {
            return state;
        }

        /** The budget that was too small, once it is refused or has given up. */
        public @Nullable Budget shortOf() {
            return shortOf == null ? null : shortOf.budget;
        }

        /** What that budget had left for good, and what of it is held; null if the store has not told. */
        public @Nullable BudgetAccount shortAccount() {
            return shortOf == null ? null : shortOf.place.known;
        }

        /** What it has taken and used of each account, once it has ended. */
        public List<UnbookedSpending.Part> spending() {
            return parts.stream()
                    .map(part -> new UnbookedSpending.Part(part.place.key, part.worst, part.used))
                    .toList();
        }
    }

    private static final class Part {
        final Budget budget;
        final long worst;
        Place place;
        long used;

        Part(Budget budget, long worst, Place place) {
            this.budget = budget;
            this.worst = worst;
            this.place = place;
        }

        boolean fits() {
            return place.gone || worst <= place.slice.idle();
        }

        boolean neverFits() {
            BudgetAccount known = place.known == null ? BudgetAccount.EMPTY : place.known;
            return !place.gone && !known.fitsEmpty(budget.amount(), worst);
        }
    }

    /** What this node knows and has of one account. */
    private static final class Place {
        final AccountKey key;
        final @Nullable Instant end;
        final BudgetSlice slice = new BudgetSlice();
        long amount;

        @Nullable
        BudgetAccount known;

        boolean gone;
        /** The store has taken back what it held for this node. */
        boolean orphan;

        boolean recalled;
        /** Given back here, and not yet there. */
        long surrendered;

        Instant lastUsed;
        Instant lastHeard;

        // Of the batch that is being made.
        long need;
        long worstOfWaiting;
        long largest;

        Place(AccountKey key, Budget budget, Instant now) {
            this.key = key;
            this.end = budget.resetsAt(now);
            this.amount = budget.amount();
            this.lastUsed = now;
            this.lastHeard = now;
        }

        boolean over(Instant now) {
            return end != null && !now.isBefore(end);
        }
    }

    /**
     * What is to be told to the store in one transaction.
     *
     * @param sequence counts up by one from 1
     * @param changes in the order in which accounts are to be locked
     */
    public record Batch(long sequence, List<BudgetChange> changes, List<Ticket> settled) {
        public Batch {
            changes = List.copyOf(changes);
            settled = List.copyOf(settled);
        }
    }

    /** Asks for a request. If the answer is {@link State#WAITING}, it is to be {@linkplain #giveUp given up} at some time. */
    public Ticket ask(List<Claim> claims, Instant now) {
        List<Part> parts = new ArrayList<>(claims.size());
        for (Claim claim : claims) {
            parts.add(new Part(claim.budget(), claim.worst(), place(claim.budget(), now)));
        }
        Ticket ticket = new Ticket(parts);
        decide(ticket, now);
        if (ticket.state == State.WAITING) {
            waiting.add(ticket);
        }
        return ticket;
    }

    private Place place(Budget budget, Instant now) {
        Place place = places.computeIfAbsent(
                new AccountKey(budget.id(), budget.start(now)), key -> new Place(key, budget, now));
        if (budget.amount() < place.amount) {
            // What was granted was granted for a larger amount.
            place.surrendered += place.slice.surrender();
        }
        place.amount = budget.amount();
        place.lastUsed = now;
        active.add(place);
        return place;
    }

    private void decide(Ticket ticket, Instant now) {
        Part small = null;
        for (Part part : ticket.parts) {
            if (part.neverFits()) {
                ticket.shortOf = part;
                ticket.state = State.REFUSED;
                return;
            }
            small = small == null && !part.fits() ? part : small;
        }
        ticket.shortOf = small;
        if (small == null) {
            ticket.state = State.ADMITTED;
            for (Part part : ticket.parts) {
                if (!part.place.gone) {
                    part.place.slice.take(part.worst);
                }
                part.place.lastUsed = now;
            }
        }
    }

    /** A waiting request waits no longer. Nothing happens if it does not wait. */
    public void giveUp(Ticket ticket) {
        if (waiting.remove(ticket)) {
            ticket.state = State.CLOSED;
        }
    }

    /** An admitted request has used nothing. Nothing happens if it is not admitted. */
    public void release(Ticket ticket) {
        if (ticket.state == State.ADMITTED) {
            ticket.state = State.CLOSED;
            giveBack(ticket);
        } else {
            giveUp(ticket);
        }
    }

    private static void giveBack(Ticket ticket) {
        for (Part part : ticket.parts) {
            part.place.slice.giveBack(part.worst);
        }
    }

    /**
     * An admitted request has ended; the next batch tells the store.
     *
     * @param used of each claim, in their order; in truth, be it more than was claimed; less than nothing counts as nothing
     * @return the number of the batch with which it is booked if it ever is
     */
    public long settle(Ticket ticket, long[] used) {
        if (ticket.state != State.ADMITTED) {
            throw new IllegalStateException("a request that is " + ticket.state + " can't be settled");
        }
        for (int i = 0; i < used.length; i++) {
            ticket.parts.get(i).used = Math.max(0, used[i]);
        }
        ticket.state = State.SETTLING;
        ended.add(ticket);
        return sequence + 1;
    }

    /** Whether requests wait, or have ended and are to be booked, so that a batch is due at once. */
    public boolean busy() {
        return !waiting.isEmpty() || !ended.isEmpty() || inFlight != null;
    }

    /** Whether requests have ended that are to be booked. */
    public boolean unbooked() {
        return !ended.isEmpty() || (inFlight != null && !inFlight.settled.isEmpty());
    }

    /** Whether something is held that will have to go back. */
    public boolean holds() {
        return active.stream().anyMatch(place -> place.slice.hold() > 0 || place.surrendered > 0);
    }

    /** The batch that is on its way, or the next one; null if there is nothing to tell. */
    public @Nullable Batch collect(Instant now) {
        if (inFlight != null) {
            return inFlight;
        }
        Map<AccountKey, BudgetChange> changes = new TreeMap<>();
        List<Ticket> settled = List.copyOf(ended);
        ended.clear();
        for (Ticket ticket : settled) {
            for (Part part : ticket.parts) {
                long released = part.place.orphan ? 0 : Math.min(part.worst, part.used);
                add(changes, new BudgetChange(part.place.key, released, part.used, 0, 0, 0));
            }
        }
        giveBackIdle(now, changes);
        askForMore(changes);
        if (shared) {
            look(now, changes);
        }
        active.removeIf(place -> place.slice.hold() == 0
                && place.slice.inUse() == 0
                && !changes.containsKey(place.key)
                && !now.isBefore(place.lastUsed.plus(IDLE)));
        forget(now);
        if (changes.isEmpty()) {
            return null;
        }
        inFlight = new Batch(++sequence, List.copyOf(changes.values()), settled);
        return inFlight;
    }

    /**
     * Looks again at the requests that wait: something may have become free here, or a new period may have begun, in which they wait from then
     * on. To be asked before each {@link #collect}, and after a {@link #release}.
     *
     * @return those that waited and now do not
     */
    public List<Ticket> reconsider(Instant now) {
        moveOn(now);
        List<Ticket> decided = new ArrayList<>();
        Iterator<Ticket> all = waiting.iterator();
        while (all.hasNext()) {
            Ticket ticket = all.next();
            decide(ticket, now);
            if (ticket.state != State.WAITING) {
                all.remove();
                decided.add(ticket);
            }
        }
        return decided;
    }

    private void moveOn(Instant now) {
        for (Ticket ticket : waiting) {
            for (Part part : ticket.parts) {
                if (part.place.over(now)) {
                    part.place = place(part.budget, now);
                }
            }
        }
    }

    private void giveBackIdle(Instant now, Map<AccountKey, BudgetChange> changes) {
        for (Ticket ticket : waiting) {
            for (Part part : ticket.parts) {
                part.place.lastUsed = now;
            }
        }
        for (Place place : active) {
            boolean due = place.recalled || place.over(now) || !now.isBefore(place.lastUsed.plus(IDLE));
            if (due) {
                place.surrendered += place.slice.surrender();
            }
            if (place.surrendered > 0) {
                add(changes, new BudgetChange(place.key, 0, 0, place.surrendered, 0, 0));
                place.surrendered = 0;
            } else {
                place.recalled = false;
            }
        }
    }

    private void askForMore(Map<AccountKey, BudgetChange> changes) {
        for (Ticket ticket : waiting) {
            // What was just given back because somebody else needs it is not asked for again at once, nor what is of no
            // use without.
            if (ticket.parts.stream().anyMatch(part -> part.place.recalled)) {
                continue;
            }
            for (Part part : ticket.parts) {
                Place place = part.place;
                long small = part.worst - place.slice.idle();
                if (!place.gone && small > 0) {
                    place.need = place.need == 0 ? small : Math.min(place.need, small);
                }
                place.worstOfWaiting = BudgetAccount.sum(place.worstOfWaiting, part.worst);
                place.largest = Math.max(place.largest, part.worst);
            }
        }
        for (Place place : active) {
            if (place.need > 0) {
                long foresight =
                        place.largest > Long.MAX_VALUE / FORESIGHT ? Long.MAX_VALUE : FORESIGHT * place.largest;
                long want = Math.max(place.worstOfWaiting, foresight) - place.slice.idle();
                add(changes, new BudgetChange(place.key, 0, 0, 0, place.need, Math.max(place.need, want)));
            }
            place.need = 0;
            place.worstOfWaiting = 0;
            place.largest = 0;
            place.recalled = false;
        }
    }

    private void look(Instant now, Map<AccountKey, BudgetChange> changes) {
        for (Place place : active) {
            if (place.slice.idle() > 0 && !now.isBefore(place.lastHeard.plus(LOOK))) {
                add(changes, new BudgetChange(place.key, 0, 0, 0, 0, 0));
            }
        }
    }

    private void forget(Instant now) {
        if (now.isBefore(lastForgotten.plus(FORGOTTEN))) {
            return;
        }
        lastForgotten = now;
        places.values()
                .removeIf(place ->
                        !active.contains(place) && (place.over(now) || !now.isBefore(place.lastUsed.plus(FORGOTTEN))));
    }

    private static void add(Map<AccountKey, BudgetChange> changes, BudgetChange more) {
        changes.merge(
                more.key(),
                more,
                (one, other) -> new BudgetChange(
                        one.key(),
                        BudgetAccount.sum(one.released(), other.released()),
                        BudgetAccount.sum(one.used(), other.used()),
                        BudgetAccount.sum(one.surrendered(), other.surrendered()),
                        BudgetAccount.sum(one.need(), other.need()),
                        BudgetAccount.sum(one.want(), other.want())));
    }

    /**
     * The store has booked the batch.
     *
     * @return the requests that waited and now do not
     */
    public List<Ticket> applied(Batch batch, Collection<BudgetAnswer> answers, Instant now) {
        inFlight = null;
        for (Ticket ticket : batch.settled) {
            ticket.state = State.CLOSED;
            giveBack(ticket);
        }
        for (BudgetAnswer answer : answers) {
            Place place = places.get(answer.key());
            if (place != null) {
                heard(place, answer, now);
            }
        }
        return reconsider(now);
    }

    private static void heard(Place place, BudgetAnswer answer, Instant now) {
        BudgetAccount before = place.known;
        BudgetAccount told = answer.account();
        place.gone = told == null;
        // What was given back here since then is not there yet.
        place.slice.heard(Math.max(0, answer.ownHold() - place.surrendered));
        if (before != null && told != null) {
            place.recalled = told.recalls() - (answer.recalled() ? 1 : 0) > before.recalls();
        }
        place.known = told;
        place.lastHeard = now;
    }

    /**
     * The store has closed this node's books, since its lease was over: what it held is free. The next batch has the number 1. What has ended and
     * is not booked never will be here, but by whoever imports its record.
     *
     * @return that
     */
    public List<Ticket> closed(Instant now) {
        List<Ticket> unbooked = new ArrayList<>();
        if (inFlight != null) {
            unbooked.addAll(inFlight.settled);
        }
        unbooked.addAll(ended);
        inFlight = null;
        ended.clear();
        sequence = 0;
        unbooked.forEach(ticket -> ticket.state = State.CLOSED);
        places.values().forEach(place -> place.orphan = true);
        places.clear();
        active.clear();
        for (Ticket ticket : waiting) {
            for (Part part : ticket.parts) {
                part.place = place(part.budget, now);
            }
        }
        return unbooked;
    }
}
