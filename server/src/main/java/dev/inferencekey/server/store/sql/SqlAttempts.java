package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.limit.AttemptLimit;
import dev.inferencekey.server.ports.store.AttemptStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

final class SqlAttempts implements AttemptStore {
    private final SqlSession session;

    SqlAttempts(SqlSession session) {
        this.session = session;
    }

    /** One statement, so that it is right whoever else does the same: {@link AttemptLimit#after} in SQL. */
    @Override
    public Optional<Duration> take(String bucket, AttemptLimit limit, Instant now) {
        int taken = session.update("""
                        insert into sign_in_attempts (bucket, full_at)
                        values (:bucket, :now + :refill)
                            on conflict (bucket) do update
                           set full_at = case when sign_in_attempts.full_at < :now then :now
                                              else sign_in_attempts.full_at end + :refill
                         where sign_in_attempts.full_at + :refill <= :now + :capacity
                        """)
                .bind("bucket", bucket)
                .bind("now", Columns.micros(now))
                .bind("refill", micros(limit.refill()))
                .bind("capacity", micros(limit.capacity()))
                .execute();
        return taken > 0 ? Optional.empty() : Optional.of(limit.wait(fullAt(bucket, now), now));
    }

    private Instant fullAt(String bucket, Instant now) {
        return session.query("select full_at from sign_in_attempts where bucket = :bucket")
                .bind("bucket", bucket)
                .map((row, context) -> Columns.time(row, "full_at"))
                .findFirst()
                .orElse(now);
    }

    @Override
    public void fill(String bucket) {
        session.update("delete from sign_in_attempts where bucket = :bucket")
                .bind("bucket", bucket)
                .execute();
    }

    @Override
    public void trim(Instant now, int keep) {
        session.update("delete from sign_in_attempts where full_at <= :now")
                .bind("now", Columns.micros(now))
                .execute();
        session.update("""
                        delete from sign_in_attempts
                         where full_at <= (select full_at from sign_in_attempts order by full_at desc limit 1 offset :keep)
                        """).bind("keep", keep).execute();
    }

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }
}
