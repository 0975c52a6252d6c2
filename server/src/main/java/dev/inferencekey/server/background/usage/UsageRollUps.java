package dev.inferencekey.server.background.usage;

import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sums usage up again and again, and forgets what is older than the installation keeps. Each step is one short transaction, so that
 * imports and people get their turn in between; what a step did not get to, the next round finds. Thread-safe.
 */
public final class UsageRollUps {
    /** How often to look. */
    public static final Duration INTERVAL = Duration.ofSeconds(30);

    /** Most requests have ended by then; sums of times that get a record later are made a second time. */
    static final Duration GRACE = Duration.ofMinutes(5);

    /** How often to forget. */
    static final Duration FORGET_INTERVAL = Duration.ofHours(1);

    /** Records or rows of one step: some ten milliseconds. */
    private static final int STEP = 2_000;

    private final Store store;
    private final InstantSource clock;

    // What this process forgot last; that another one did does not matter, since there is nothing left to forget then.
    private volatile @Nullable Instant forgotAt;
    private volatile @Nullable UsageRetention forgotBy;

    public UsageRollUps(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Everything that is to be done now, unless {@code stopping} turns true meanwhile. */
    public void round(BooleanSupplier stopping) {
        Instant now = clock.instant();
        Instant until = now.minus(GRACE);
        List<String> behind = store.read(session -> session.usageSums().behind(until));
        forEach(
                behind,
                stopping,
                project -> store.<Boolean>append(session -> session.usageSums().rollUp(project, until, STEP)));
        store.<Boolean>append(session -> {
            session.usageSums().makeRoom(now);
            return true;
        });
        UsageRetention retention = store.read(session -> session.usageSums().retention());
        Instant last = forgotAt;
        boolean due = last == null || !now.isBefore(last.plus(FORGET_INTERVAL)) || now.isBefore(last);
        if (due || !retention.equals(forgotBy)) {
            forget(now, retention, stopping);
            forgotAt = now;
            forgotBy = retention;
        }
    }

    private void forget(Instant now, UsageRetention retention, BooleanSupplier stopping) {
        Instant recordsBefore = now.minus(Duration.ofDays(retention.recordDays()));
        Instant sumsBefore = now.minus(Duration.ofDays(retention.sumDays()));
        boolean more = true;
        while (more && !stopping.getAsBoolean()) {
            more = store.<Boolean>append(session -> session.usageSums().giveBack(recordsBefore));
        }
        List<String> projects = store.read(session -> session.usageSums().projects());
        forEach(
                projects,
                stopping,
                project -> store.<Boolean>append(
                        session -> session.usageSums().forget(project, recordsBefore, sumsBefore, STEP)));
    }

    /** Takes steps for each project until there are no more. */
    private static void forEach(List<String> projects, BooleanSupplier stopping, Predicate<String> step) {
        for (String project : projects) {
            boolean more = true;
            while (more && !stopping.getAsBoolean()) {
                more = step.test(project);
            }
        }
    }
}
