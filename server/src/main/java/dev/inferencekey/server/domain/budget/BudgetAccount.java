package dev.inferencekey.server.domain.budget;

/**
 * What has become of one budget in one period, as the store keeps it.
 *
 * <p>Notes. Invariant: a node is granted something only where {@code spent + held} stays within the amount, and a request is only admitted
 * within what its node has been granted. So the budget is never overspent, however many nodes there are and whichever of them dies, as long as
 * no request uses more than it was admitted with. {@code spent + held} is above the amount only after the amount was lowered, or after
 * such a request. Immutable.
 *
 * @param spent by requests that have ended
 * @param held by all nodes together: for requests under way, and for those to come
 * @param recalls how often somebody asked for more than there was; whoever holds something idle gives it back when this changes
 */
public record BudgetAccount(long spent, long held, long recalls) {
    /** How many parts of what is left one node gets at most if it asks for more than it needs at once. */
    private static final long PARTS = 8;

    /** A period in which nothing has happened yet. */
    public static final BudgetAccount EMPTY = new BudgetAccount(0, 0, 0);

    /** What nobody has spent or holds; negative if the amount was lowered below that. */
    public long room(long amount) {
        long unspent = amount - spent;
        // Both can be as large as a number can be.
        return unspent < Long.MIN_VALUE + held ? Long.MIN_VALUE : unspent - held;
    }

    /** Of two numbers that are 0 or more; at most {@link Long#MAX_VALUE}. */
    static long sum(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Whether this much would fit if nothing were held. */
    public boolean fitsEmpty(long amount, long need) {
        return need <= amount - spent;
    }

    /**
     * What a node gets that must have {@code need}, and would like {@code want} to be spared the next question: 0, or from {@code need} on.
     *
     * @param need more than 0
     * @param want at least {@code need}
     */
    public long grant(long amount, long need, long want) {
        long room = room(amount);
        return room < need ? 0 : Math.max(need, Math.min(want, room / PARTS));
    }

    /**
     * What becomes of the account and of one node's hold by what the node tells: requests have ended, something idle is given back, and more
     * is needed.
     *
     * @param ownHold what the store holds for the node; it can't give back more, whatever it says
     */
    public Changed apply(BudgetChange change, long amount, long ownHold) {
        long released = Math.min(sum(change.released(), change.surrendered()), ownHold);
        BudgetAccount after = new BudgetAccount(sum(spent, change.used()), Math.max(0, held - released), recalls);
        long granted = change.need() == 0 ? 0 : after.grant(amount, change.need(), change.want());
        boolean recalls = change.need() > 0 && granted == 0;
        return new Changed(
                new BudgetAccount(after.spent, after.held + granted, after.recalls + (recalls ? 1 : 0)),
                ownHold - released + granted,
                recalls);
    }

    /**
     * What a change has led to.
     *
     * @param ownHold what the store holds for the node from now on
     * @param recalled the node did not get what it needs, and asks the others for what they hold idle
     */
    public record Changed(BudgetAccount account, long ownHold, boolean recalled) {}
}
