package dev.inferencekey.server.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * How a database takes records in at the rate of requests, keeps importers and roll-ups of several nodes apart, and makes and gives back
 * the room for records. Stateless and thread-safe.
 */
public interface UsageTables {
    /** Inserts those that are not there yet. The rows are in the order of {@link UsageRow#ORDER}. */
    void insert(Connection connection, List<UsageRow> rows) throws SQLException;

    /**
     * Until the transaction ends, nobody {@link #own}s the project: how far it is rolled up does not change. Waits for who does. Many share
     * it side by side.
     */
    void share(Handle handle, long project);

    /** Until the transaction ends, nobody else owns or {@link #share}s the project. Waits for those who do. */
    void own(Handle handle, long project);

    /** Until the transaction ends, nobody {@link #ownPrices owns} the prices: those that can be read are all there are. */
    void sharePrices(Handle handle);

    /** Until the transaction ends, nobody else owns or {@link #sharePrices shares} the prices. Waits for those who do. */
    void ownPrices(Handle handle);

    /** The latest time up to which single records may be deleted one by one, where older ones than {@code wanted} are to go. */
    Instant deletableUntil(Instant wanted);

    /** Sees to it that the records of now and of the days to come have a place that can be given back whole. */
    void makeRoom(Handle handle, Instant now);

    /**
     * Gives back a whole place of records that all are of before this time and summed up, and notes that for each project.
     *
     * @return whether there may be another one
     */
    boolean giveBack(Handle handle, Instant before);
}
