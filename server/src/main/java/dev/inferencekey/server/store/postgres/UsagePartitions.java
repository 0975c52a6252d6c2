package dev.inferencekey.server.store.postgres;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of the table of records: {@code usage_records_20261128} for a day in UTC, {@code usage_records_rest} for records whose day
 * has none. Stateless and thread-safe; several nodes may make and drop at once.
 */
public final class UsagePartitions {
    private static final String PREFIX = "usage_records_";
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    /** So long nobody needs to make any, and the rest stays empty. */
    private static final int DAYS_AHEAD = 7;

    private static final long MICROS_PER_SECOND = 1_000_000;

    /** Nobody but those who make and drop partitions takes it. */
    private static final long LOCK = 0x696b_7061_7274L;

    /** Whoever waits longer keeps importers waiting, and tries again later. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    UsagePartitions() {}

    /** Makes those of these days that are not there, in the connection's transaction. */
    public static void make(Connection connection, Collection<LocalDate> wanted) {
        Handle handle = Jdbi.create(connection).open(); // Not closed: the connection is somebody else's.
        TreeSet<LocalDate> missing = new TreeSet<>(wanted);
        missing.removeAll(days(handle));
        missing.forEach(day -> make(handle, day));
    }

    static Instant startOfDay(Instant time) {
        return day(time).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static LocalDate day(Instant time) {
        return time.atZone(ZoneOffset.UTC).toLocalDate();
    }

    /** Makes those of today and of the days to come that are not there. */
    void make(Handle handle, Instant now) {
        TreeSet<LocalDate> missing = new TreeSet<>();
        for (int i = 0; i <= DAYS_AHEAD; i++) {
            missing.add(day(now).plusDays(i));
        }
        missing.removeAll(days(handle));
        if (missing.isEmpty()) {
            return;
        }
        alone(handle);
        missing.removeAll(days(handle));
        missing.forEach(day -> make(handle, day));
    }

    private static void make(Handle handle, LocalDate day) {
        String name = PREFIX + DAY.format(day);
        String where = "at >= " + start(day) + " and at < " + start(day.plusDays(1));
        handle.execute("create table " + name + " (like usage_records including defaults including constraints)");
        // Nothing comes to the rest while what is there of this day moves.
        handle.execute("lock table usage_records_rest in access exclusive mode");
        handle.execute("with moved as (delete from usage_records_rest where " + where + " returning *) insert into "
                + name + " select * from moved");
        // Takes a lock that neither imports nor reports wait for, which making a partition at once would not.
        handle.execute("alter table usage_records attach partition " + name + " for values from (" + start(day)
                + ") to (" + start(day.plusDays(1)) + ")");
    }

    /** Drops the oldest of them if it ends by then and everything in it is summed up; whether there may be another one. */
    boolean drop(Handle handle, Instant before) {
        LocalDate oldest = oldestUntil(handle, before);
        if (oldest == null) {
            return false;
        }
        alone(handle);
        if (!oldest.equals(oldestUntil(handle, before))) {
            return true;
        }
        long end = start(oldest.plusDays(1));
        // Importers and roll-ups that are under way end first, so what is found now is how it stays.
        handle.execute("lock table usage_records in access exclusive mode");
        boolean summedUp =
                handle.createQuery("""
                        select not exists (select 1 from usage_projects where rolled_until < :end)
                           and not exists (select 1 from usage_late where at < :end)
                        """).bind("end", end).mapTo(Boolean.class).one();
        if (!summedUp) {
            return false;
        }
        handle.createUpdate("update usage_projects set records_from = :end where records_from < :end")
                .bind("end", end)
                .execute();
        // Nothing stays of before records_from.
        handle.createUpdate("delete from usage_records_rest where at < :end")
                .bind("end", end)
                .execute();
        handle.execute("drop table " + PREFIX + DAY.format(oldest));
        return true;
    }

    /** One at a time, and nobody waits long for whom it waits for. */
    private static void alone(Handle handle) {
        handle.execute("set local lock_timeout = " + PATIENCE.toMillis());
        handle.createQuery("select 1 from (select pg_advisory_xact_lock(" + LOCK + ")) held")
                .mapTo(Integer.class)
                .one();
    }

    private static @Nullable LocalDate oldestUntil(Handle handle, Instant before) {
        return days(handle).stream()
                .filter(day -> !day.plusDays(1).isAfter(day(before)))
                .min(LocalDate::compareTo)
                .orElse(null);
    }

    private static List<LocalDate> days(Handle handle) {
        return handle.createQuery("""
                        select c.relname
                          from pg_inherits i
                          join pg_class c on c.oid = i.inhrelid
                         where i.inhparent = 'usage_records'::regclass
                        """).mapTo(String.class).list().stream()
                .map(UsagePartitions::dayOf)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<LocalDate> dayOf(String name) {
        try {
            return Optional.of(LocalDate.parse(name.substring(PREFIX.length()), DAY));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static long start(LocalDate day) {
        return day.toEpochDay() * Duration.ofDays(1).toSeconds() * MICROS_PER_SECOND;
    }
}
