package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.usage.UsageRetention;
import java.time.Instant;
import java.util.List;

/**
 * The sums of usage, which make reports fast and outlive the single records. All of it can be done again and again, and be cut off
 * between any two transactions: sums are made from records, and both are changed in one transaction.
 *
 * <p>Several nodes may roll up, forget and import at once, in transactions of {@link Store#append}: who changes the sums of a project waits
 * for the imports of it that are under way, and others wait for it.
 */
public interface UsageSumStore {
    /** The projects that usage was ever kept of: by slug, and those that are deleted by a name of their own that is no slug. */
    List<String> projects();

    /** Those of them that {@link #rollUp} has something to do for; days that have ended wait for no record. */
    List<String> behind(Instant until);

    /**
     * Sums up what is not summed up yet, oldest first: records before {@code until}, rounded down to full five minutes, and those that
     * were appended late. Stops at the first full five minutes after {@code maxRecords} records, so that others can write meanwhile.
     *
     * @return whether there is more to do
     */
    boolean rollUp(String project, Instant until, int maxRecords);

    /**
     * Forgets records of before {@code recordsBefore} that are summed up, and sums over hours and days of before {@code sumsBefore} whose
     * records are forgotten; both rounded down, and about {@code maxRows} at a time.
     *
     * @return whether there is more to do
     */
    boolean forget(String project, Instant recordsBefore, Instant sumsBefore, int maxRows);

    /** Sees to it that the records of now and of the days to come have a place that can be given back whole, where the store has such. */
    void makeRoom(Instant now);

    /**
     * Gives back a whole place of records of before {@code recordsBefore} that all are summed up, in all projects.
     *
     * @return whether there may be another one
     */
    boolean giveBack(Instant recordsBefore);

    /** How long usage is kept in this installation. */
    UsageRetention retention();

    void setRetention(UsageRetention retention);
}
