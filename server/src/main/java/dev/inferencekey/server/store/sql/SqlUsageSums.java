package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.ports.store.UsageSumStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Makes sums of records, longer sums of shorter ones, and forgets what is old.
 *
 * <p>Notes. What holds between any two transactions, for each project:
 *
 * <ul>
 *   <li>Before {@code rolled_until}, the sums over five minutes are those of the records, unless the five minutes are in {@code
 *       usage_late}; and a longer span that has ended by then is the sum of the shorter ones in it.
 *   <li>Before {@code records_from}, records are summed up and gone, and none is taken any more.
 *   <li>Sums over five minutes are kept for every hour that reaches beyond {@code records_from}, so that such an hour can be summed up
 *       anew.
 * </ul>
 */
final class SqlUsageSums implements UsageSumStore {
    /** Five minutes that got records late are repaired so many at a time. */
    private static final int LATE_AT_ONCE = 50;

    private final SqlSession session;

    SqlUsageSums(SqlSession session) {
        this.session = session;
    }

    @Override
    public List<String> projects() {
        return session.query("select " + UsageProject.NAME + " " + """
                          from usage_projects u
                          left join projects p on p.id = u.project_id
                         order by u.slug, u.id
                        """)
                .mapTo(String.class)
                .list();
    }

    @Override
    public List<String> behind(Instant until) {
        return session.query("select " + UsageProject.NAME + " " + """
                          from usage_projects u
                          left join projects p on p.id = u.project_id
                         where u.rolled_until < :day
                            or exists (select 1 from usage_late l where l.project = u.id)
                            or exists (select 1 from usage_records r
                                        where r.project = u.id and r.at >= u.rolled_until and r.at < :until)
                         order by u.slug, u.id
                        """)
                .bind("day", Columns.micros(SumSpan.DAY.floor(until)))
                .bind("until", Columns.micros(SumSpan.FIVE_MINUTES.floor(until)))
                .mapTo(String.class)
                .list();
    }

    @Override
    public boolean rollUp(String project, Instant until, int maxRecords) {
        Handle handle = session.writing();
        return alone(project)
                .map(found -> {
                    UsageSums sums = new UsageSums(handle, found.id());
                    boolean moreIsLate = repair(found, sums, maxRecords);
                    return goOn(found, sums, Columns.micros(until), maxRecords) || moreIsLate;
                })
                .orElse(false);
    }

    /** The project as it is once no import and no other roll-up of it is under way, until this transaction ends. */
    private Optional<UsageProject> alone(String name) {
        return UsageProject.named(session, name).flatMap(found -> {
            session.dialect().usageTables().own(session.writing(), found.id());
            // It may have been rolled up further while others were waited for.
            return UsageProject.named(session, name);
        });
    }

    private boolean goOn(UsageProject project, UsageSums sums, long until, int maxRecords) {
        long end = UsageSums.floor(SumSpan.FIVE_MINUTES, until);
        long rolled = project.rolledUntil();
        long records = 0;
        while (rolled < end && records < maxRecords) {
            long start = Math.min(end, UsageSums.floor(SumSpan.FIVE_MINUTES, sums.firstRecordFrom(rolled)));
            if (start == rolled) {
                records += sums.sumRecords(start);
                start += UsageSums.length(SumSpan.FIVE_MINUTES);
            }
            sumWhatEnds(sums, rolled, start);
            rolled = start;
        }
        if (rolled > project.rolledUntil()) {
            session.update("update usage_projects set rolled_until = :rolledUntil where id = :project")
                    .bind("rolledUntil", rolled)
                    .bind("project", project.id())
                    .execute();
        }
        return rolled < end;
    }

    /** Between the two times there is nothing that is not summed up over five minutes. */
    private static void sumWhatEnds(UsageSums sums, long from, long to) {
        long hour = UsageSums.floor(SumSpan.HOUR, from);
        if (hour < UsageSums.floor(SumSpan.HOUR, to)) {
            sums.sumShorter(SumSpan.HOUR, SumSpan.FIVE_MINUTES, hour);
        }
        long day = UsageSums.floor(SumSpan.DAY, from);
        if (day < UsageSums.floor(SumSpan.DAY, to)) {
            sums.sumShorter(SumSpan.DAY, SumSpan.HOUR, day);
        }
    }

    private boolean repair(UsageProject project, UsageSums sums, int maxRecords) {
        List<Long> late = session.query("""
                        select at from usage_late where project = :project order by at limit :limit
                        """)
                .bind("project", project.id())
                .bind("limit", LATE_AT_ONCE + 1)
                .mapTo(Long.class)
                .list();
        TreeSet<Long> hours = new TreeSet<>();
        TreeSet<Long> days = new TreeSet<>();
        long records = 0;
        int done = 0;
        while (done < Math.min(late.size(), LATE_AT_ONCE) && records < maxRecords) {
            long start = late.get(done++);
            if (start >= project.recordsFrom()) {
                records += sums.sumRecords(start);
                hours.add(UsageSums.floor(SumSpan.HOUR, start));
                days.add(UsageSums.floor(SumSpan.DAY, start));
            } else {
                records += sums.deleteRecords(start); // An earlier version took them, right before it ended.
            }
            session.update("delete from usage_late where project = :project and at = :at")
                    .bind("project", project.id())
                    .bind("at", start)
                    .execute();
        }
        hours.stream()
                .filter(hour -> hour + UsageSums.length(SumSpan.HOUR) <= project.rolledUntil())
                .forEach(hour -> sums.sumShorter(SumSpan.HOUR, SumSpan.FIVE_MINUTES, hour));
        days.stream()
                .filter(day -> day + UsageSums.length(SumSpan.DAY) <= project.rolledUntil())
                .forEach(day -> sums.sumShorter(SumSpan.DAY, SumSpan.HOUR, day));
        return done < late.size();
    }

    @Override
    public boolean forget(String project, Instant recordsBefore, Instant sumsBefore, int maxRows) {
        Handle handle = session.writing();
        return alone(project)
                .map(found -> forget(found, new UsageSums(handle, found.id()), recordsBefore, sumsBefore, maxRows))
                .orElse(false);
    }

    private boolean forget(
            UsageProject project, UsageSums sums, Instant recordsBefore, Instant sumsBefore, int maxRows) {
        Instant deletable = session.dialect().usageTables().deletableUntil(recordsBefore);
        long wanted = UsageSums.floor(SumSpan.FIVE_MINUTES, Columns.micros(deletable));
        long end = Math.min(Math.min(wanted, project.rolledUntil()), firstLate(project));
        long from = project.recordsFrom();
        long rows = 0;
        while (from < end && rows < maxRows) {
            long start = Math.min(end, UsageSums.floor(SumSpan.FIVE_MINUTES, sums.firstRecordFrom(from)));
            if (start == from) {
                rows += sums.deleteRecords(start);
                start += UsageSums.length(SumSpan.FIVE_MINUTES);
            }
            from = start;
        }
        if (from > project.recordsFrom()) {
            session.update("update usage_projects set records_from = :from where id = :project")
                    .bind("from", from)
                    .bind("project", project.id())
                    .execute();
        }
        rows += sums.deleteSums(SumSpan.FIVE_MINUTES, UsageSums.floor(SumSpan.HOUR, from), maxRows);
        long sumsEnd = UsageSums.floor(SumSpan.DAY, Math.min(Columns.micros(sumsBefore), from));
        rows += sums.deleteSums(SumSpan.HOUR, sumsEnd, maxRows);
        rows += sums.deleteSums(SumSpan.DAY, sumsEnd, maxRows);
        return rows >= maxRows;
    }

    /** When the first five minutes that are to be repaired begin: their records are still needed. */
    private long firstLate(UsageProject project) {
        return session.query("select coalesce(min(at), :never) from usage_late where project = :project")
                .bind("project", project.id())
                .bind("never", Long.MAX_VALUE)
                .mapTo(Long.class)
                .one();
    }

    @Override
    public void makeRoom(Instant now) {
        session.dialect().usageTables().makeRoom(session.writing(), now);
    }

    @Override
    public boolean giveBack(Instant recordsBefore) {
        return session.dialect().usageTables().giveBack(session.writing(), recordsBefore);
    }

    @Override
    public UsageRetention retention() {
        return session.query("select record_days, sum_days from usage_retention where id = 1")
                .map((row, context) -> new UsageRetention(row.getInt("record_days"), row.getInt("sum_days")))
                .findOne()
                .orElse(UsageRetention.DEFAULT);
    }

    @Override
    public void setRetention(UsageRetention retention) {
        session.update("""
                        insert into usage_retention (id, record_days, sum_days) values (1, :recordDays, :sumDays)
                        on conflict (id) do update set record_days = excluded.record_days, sum_days = excluded.sum_days
                        """)
                .bind("recordDays", retention.recordDays())
                .bind("sumDays", retention.sumDays())
                .execute();
    }
}
