package dev.inferencekey.server.store.postgres;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import dev.inferencekey.server.store.sql.Dialect;
import dev.inferencekey.server.store.sql.UsageTables;

public enum PostgresDialect implements Dialect {
    INSTANCE;

    private static final UsageTables USAGE_TABLES = new PostgresUsageTables();

    /** The number of the lock that orders the change log. Advisory locks are per database; any number does that nobody else takes. */
    static final long CHANGE_LOG_LOCK = 0x696b_6c6f_6701L;

    @Override
    public UsageTables usageTables() {
        return USAGE_TABLES;
    }

    /** Sums are exact and as long as they have to be. */
    @Override
    public String cappedSum(String column) {
        return "cast(least(coalesce(sum(" + column + "), 0), 9223372036854775807) as bigint)";
    }

    /** Not the time of the transaction's beginning. */
    @Override
    public String now() {
        return "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";
    }

    @Override
    public String randomText() {
        return "cast(gen_random_uuid() as text)";
    }

    @Override
    public String inManyPieces(String ofOnePiece) {
        return "select found.ordinal from generate_series(?, ?, -1) as pieces (piece) cross join lateral (" + ofOnePiece
                + ") found order by found.ordinal desc limit ?";
    }

    /**
     * A sequence gives numbers out in the order of asking, and transactions may end in another: who reads up to number 12 would miss 11 if that
     * one is committed later. The lock makes both orders one, since it is let go of only after the commit can be seen.
     */
    @Override
    public String lockChangeLog() {
        return "select 1 from (select pg_advisory_xact_lock(" + CHANGE_LOG_LOCK + ")) held";
    }

    @Override
    public JdbcCustomization scheduledWork() {
        return new PostgreSqlJdbcCustomization(false, false);
    }

    /**
     * Nobody waits for the disk: one that is lost with the database's process, or in a failover, is an older one than there was, and is stated
     * again.
     */
    @Override
    public String announceAcknowledgement() {
        return "set_config('synchronous_commit', 'off', true), pg_notify('" + ChangeListener.ACKNOWLEDGEMENTS
                + "', '')";
    }

    @Override
    public String announceChange() {
        return "select 1 from (select pg_notify('" + ChangeListener.CHANGES + "', '')) told";
    }
}
