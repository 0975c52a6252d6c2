package dev.inferencekey.server.domain.budget;

/**
 * One node's part of one budget in one period: what the store has granted it, and what its requests under way have taken of that.
 *
 * <p>Notes. Invariant: {@code 0 <= inUse}, and a request is admitted only within {@code hold - inUse}. What the store holds for the node is
 * {@link #hold} but for what is on its way in either direction; there it is never less. Not thread-safe.
 */
public final class BudgetSlice {
    private long hold;
    private long inUse;

    /** What the store has granted and what was neither spent nor given back. */
    public long hold() {
        return hold;
    }

    /** What requests under way may still need, and what ended ones are yet to be settled with. */
    public long inUse() {
        return inUse;
    }

    /** What the next requests can have. */
    public long idle() {
        return Math.max(0, hold - inUse);
    }

    /** Takes the worst case of a request; to be asked for only within {@link #idle}. */
    public void take(long worst) {
        if (worst > idle()) {
            throw new IllegalStateException("more is taken than there is");
        }
        inUse += worst;
    }

    /** A request used nothing, or the store has booked what it used. */
    public void giveBack(long taken) {
        inUse = Math.max(0, inUse - taken);
    }

    /** The store has said how much it holds for this node. */
    public void heard(long held) {
        hold = held;
    }

    /** What is idle goes back to the store, which is yet to be told; returns how much that is. */
    public long surrender() {
        long idle = idle();
        hold -= idle;
        return idle;
    }
}
