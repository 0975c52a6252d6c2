package dev.inferencekey.server.domain.limit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one quantity of a limit, such as the requests per minute of a key, is divided among nodes. Immutable.
 *
 * <p>Notes. Invariant: the slices together are at most the limit (unless that was lowered since). A node counts for itself and never has
 * more in use than its slice; it lowers its own slice first and tells the store then, and raises it only after the store has. So all
 * nodes together never have more in use than the limit, whatever is delayed or lost on the way. Of a node that is gone nobody knows how
 * much of its slice was in use at the end, so all of it counts on: for what is counted by the minute until the last minute of its lease is
 * over, and for requests that are under way not at all, since they ended with it.
 *
 * <p>As long as there is enough, everyone gets what it wants. Where somebody is short, everyone's part is fair if nobody could get more
 * without somebody who has less getting less; whoever holds more than its part is told to come down to it, and does so as what it uses
 * becomes free. Where there is less than one for each, they take turns.
 */
public record SharedQuantity(List<Slice> slices) {
    public static final SharedQuantity NONE = new SharedQuantity(List.of());

    /** How long a slice by the minute counts after the lease of its node has run out. A second is for clocks that do not run alike. */
    public static final long GONE_COUNTS_MICROS = 61_000_000L;

    private static final long TURN_MICROS = 2_000_000L;
    private static final long NO_LATER_TURN = Long.MAX_VALUE;

    public SharedQuantity {
        slices = List.copyOf(slices);
    }

    /** What came of an exchange; no reply if the node has made a later one already. */
    public record Exchanged(SharedQuantity next, @Nullable SliceReply reply) {}

    /** Whether a node holds less than it needs. */
    public boolean wanting() {
        return slices.stream().anyMatch(Slice::isShort);
    }

    /** What a node holds; 0 if it holds nothing. */
    public long heldBy(String node) {
        Slice slice = of(node);
        return slice == null ? 0 : slice.held();
    }

    /** All slices together. */
    public long held() {
        return slices.stream().mapToLong(Slice::held).sum();
    }

    /** Does what {@code node} asks; exchanges of one limit come one after the other. */
    Exchanged exchange(String node, long turn, SliceAsk ask, Shortage.Kind kind, NodeLeases leases) {
        SharedQuantity present = present(kind, leases);
        Slice mine = present.of(node);
        if (mine != null && mine.turn() >= turn) {
            return new Exchanged(present, null);
        }
        long now = leases.nowMicros();
        List<Slice> others = present.without(node);
        long keeps = Math.min(ask.keeps(), mine == null ? 0 : mine.held());
        long room = ask.limit() - held(others) - keeps;
        long needs = Math.clamp(ask.needs(), 0, ask.limit());
        long freesAt = ask.freesInMicros() == 0 ? 0 : now + ask.freesInMicros();
        long aim = others.stream().anyMatch(Slice::isShort)
                ? fair(with(others, new Slice(node, turn, keeps, needs, ask.used(), freesAt, 0)), ask.limit(), now)
                        .getOrDefault(node, 0L)
                : Math.clamp(ask.wants(), needs, ask.limit());
        // Never below what it keeps, since it may use that by now, also where the limit was lowered and all together
        // have too much.
        long held = keeps + Math.clamp(aim - keeps, 0, Math.max(0, room));
        SharedQuantity next = new SharedQuantity(
                held > 0 || needs > 0
                        ? with(others, new Slice(node, turn, held, needs, ask.used(), freesAt, 0))
                        : others);
        return new Exchanged(next, reply(held, next.yieldTo(node, ask.limit(), now), others, ask.limit(), now));
    }

    private static SliceReply reply(long held, long yieldTo, List<Slice> others, long limit, long now) {
        long used = 0;
        long idle = Math.max(0, limit - held(others) - held);
        long freesAt = Long.MAX_VALUE;
        for (Slice other : others) {
            long counts = other.gone() ? other.held() : other.used();
            used += counts;
            idle += Math.max(0, other.held() - counts);
            long frees = other.gone() ? other.untilMicros() : other.freesAtMicros();
            if (counts > 0 && frees != 0) {
                freesAt = Math.min(freesAt, frees);
            }
        }
        long freesIn = freesAt == Long.MAX_VALUE ? 0 : Math.max(1, freesAt - now);
        return new SliceReply(held, yieldTo, used, idle, freesIn);
    }

    /** Takes a node out that ends in order; what it has in use counts until its minute is over. */
    SharedQuantity left(String node, long used, Shortage.Kind kind, NodeLeases leases) {
        SharedQuantity present = present(kind, leases);
        Slice mine = present.of(node);
        if (mine == null) {
            return present;
        }
        long counted = kind == Shortage.Kind.CONCURRENT_REQUESTS ? 0 : Math.min(mine.held(), used);
        List<Slice> others = present.without(node);
        return new SharedQuantity(
                counted == 0
                        ? others
                        : with(
                                others,
                                new Slice(
                                        node,
                                        NO_LATER_TURN,
                                        counted,
                                        counted,
                                        counted,
                                        0,
                                        untilAfter(leases.nowMicros()))));
    }

    /** What still counts now. */
    SharedQuantity present(Shortage.Kind kind, NodeLeases leases) {
        List<Slice> present = new ArrayList<>(slices.size());
        for (Slice slice : slices) {
            Slice kept = present(slice, kind, leases);
            if (kept != null) {
                present.add(kept);
            }
        }
        return new SharedQuantity(present);
    }

    private static @Nullable Slice present(Slice slice, Shortage.Kind kind, NodeLeases leases) {
        if (leases.isLive(slice.node()) && slice.turn() != NO_LATER_TURN) {
            return slice.gone() ? slice.countsUntil(0) : slice;
        }
        if (kind == Shortage.Kind.CONCURRENT_REQUESTS) {
            return null;
        }
        long until = slice.gone() ? slice.untilMicros() : untilAfter(leases.ended(slice.node()));
        return until <= leases.nowMicros() ? null : slice.countsUntil(until);
    }

    private static long untilAfter(long micros) {
        return micros + GONE_COUNTS_MICROS;
    }

    /** What {@code node} should come down to, so that those who are short get their fair part; what it holds if nobody needs it. */
    public long yieldTo(String node, long limit, long nowMicros) {
        Map<String, Long> fair = fair(slices, limit, nowMicros);
        long missing = 0;
        long excess = 0;
        long ofMine = 0;
        for (Slice slice : slices) {
            Long part = fair.get(slice.node());
            if (part == null) {
                continue; // It is gone.
            }
            long above = slice.held() - part;
            missing += Math.max(0, -above);
            excess += Math.max(0, above);
            if (slice.node().equals(node)) {
                ofMine = Math.max(0, above);
            }
        }
        // Where the limit was lowered, all together may have more than there is.
        long asked = Math.min(excess, missing + held() - limit);
        return asked <= 0 ? heldBy(node) : heldBy(node) - Math.min(ofMine, Math.ceilDiv(asked * ofMine, excess));
    }

    /**
     * What is due to each live node: what it needs, up to a level that is the same for all and as high as can be. If that is below 1, it is 1
     * for as many as there is enough for, by turns.
     */
    private static Map<String, Long> fair(List<Slice> slices, long limit, long nowMicros) {
        List<Slice> live = new ArrayList<>();
        long left = limit;
        for (Slice slice : slices) {
            if (slice.gone()) {
                left -= slice.held();
            } else {
                live.add(slice);
            }
        }
        left = Math.max(0, left);
        live.sort(Comparator.comparingLong(Slice::needed).thenComparing(Slice::node));
        Map<String, Long> fair = new HashMap<>();
        for (int i = 0; i < live.size(); i++) {
            int sharers = live.size() - i;
            Slice slice = live.get(i);
            long level = left / sharers;
            if (level == 0 && slice.needed() > 0) {
                long first = Math.floorMod(nowMicros / TURN_MICROS, (long) sharers);
                for (int j = 0; j < sharers; j++) {
                    long place = Math.floorMod(j - first, (long) sharers);
                    fair.put(live.get(i + j).node(), place < left ? 1L : 0L);
                }
                return fair;
            }
            long part = Math.min(slice.needed(), level);
            fair.put(slice.node(), part);
            left -= part;
        }
        return fair;
    }

    private @Nullable Slice of(String node) {
        for (Slice slice : slices) {
            if (slice.node().equals(node)) {
                return slice;
            }
        }
        return null;
    }

    private List<Slice> without(String node) {
        return slices.stream().filter(slice -> !slice.node().equals(node)).toList();
    }

    private static List<Slice> with(List<Slice> others, Slice slice) {
        List<Slice> all = new ArrayList<>(others);
        all.add(slice);
        return all;
    }

    private static long held(List<Slice> slices) {
        return slices.stream().mapToLong(Slice::held).sum();
    }
}
