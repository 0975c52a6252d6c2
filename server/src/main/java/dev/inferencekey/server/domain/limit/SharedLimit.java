package dev.inferencekey.server.domain.limit;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the limits of one key or one workload are divided among nodes, as the store keeps it. Immutable. */
public record SharedLimit(Map<Shortage.Kind, SharedQuantity> quantities) {
    public static final SharedLimit NONE = new SharedLimit(Map.of());

    public SharedLimit {
        quantities = Map.copyOf(quantities);
    }

    /** What a node says of its slices: for each quantity that it knows a limit of. What is absent it gives back. */
    public record Offer(long turn, Map<Shortage.Kind, SliceAsk> asks) {
        public Offer {
            asks = Map.copyOf(asks);
        }
    }

    /** What came of an exchange; no reply if it was overtaken by a later one of the same node. */
    public record Exchanged(SharedLimit next, @Nullable Reply reply) {}

    /** What the node may do now: for each quantity that it asked for. */
    public record Reply(Map<Shortage.Kind, SliceReply> replies) {
        public Reply {
            replies = Map.copyOf(replies);
        }
    }

    public SharedQuantity of(Shortage.Kind kind) {
        return quantities.getOrDefault(kind, SharedQuantity.NONE);
    }

    /** Whether a node holds less than it needs. */
    public boolean wanting() {
        return quantities.values().stream().anyMatch(SharedQuantity::wanting);
    }

    public boolean isEmpty() {
        return quantities.isEmpty();
    }

    /** Does what a live node asks. Exchanges of one limit come one after the other, each with what the one before has left. */
    public Exchanged exchange(String node, Offer offer, NodeLeases leases) {
        Map<Shortage.Kind, SharedQuantity> next = new EnumMap<>(Shortage.Kind.class);
        Map<Shortage.Kind, SliceReply> replies = new EnumMap<>(Shortage.Kind.class);
        boolean overtaken = false;
        for (Shortage.Kind kind : Shortage.Kind.values()) {
            SliceAsk ask = offer.asks().getOrDefault(kind, new SliceAsk(0, 0, 0, 0, 0, 0));
            SharedQuantity.Exchanged exchanged = of(kind).exchange(node, offer.turn(), ask, kind, leases);
            put(next, kind, exchanged.next());
            SliceReply reply = exchanged.reply();
            overtaken |= reply == null;
            if (reply != null && offer.asks().containsKey(kind)) {
                replies.put(kind, reply);
            }
        }
        return new Exchanged(new SharedLimit(next), overtaken ? null : new Reply(replies));
    }

    /**
     * Takes a node out that ends in order.
     *
     * @param offer what it has in use; what it asks for is not looked at
     */
    public SharedLimit left(String node, Offer offer, NodeLeases leases) {
        Map<Shortage.Kind, SharedQuantity> next = new EnumMap<>(Shortage.Kind.class);
        for (Shortage.Kind kind : Shortage.Kind.values()) {
            SliceAsk ask = offer.asks().get(kind);
            put(next, kind, of(kind).left(node, ask == null ? 0 : ask.used(), kind, leases));
        }
        return new SharedLimit(next);
    }

    /** What still counts now. */
    public SharedLimit present(NodeLeases leases) {
        Map<Shortage.Kind, SharedQuantity> next = new EnumMap<>(Shortage.Kind.class);
        quantities.forEach((kind, quantity) -> put(next, kind, quantity.present(kind, leases)));
        return new SharedLimit(next);
    }

    private static void put(Map<Shortage.Kind, SharedQuantity> to, Shortage.Kind kind, SharedQuantity quantity) {
        if (!quantity.slices().isEmpty()) {
            to.put(kind, quantity);
        }
    }
}
