package dev.inferencekey.server.store.sql;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.usage.StatusRange;
import dev.inferencekey.server.domain.usage.UsageDimension;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.sqlite.FastSqlite;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums never differ from what single records come to, whatever happens in which order. */
final class UsageSumsTest {
    private static final Instant START = Instant.parse("2026-06-01T20:00:00Z");

    private static final List<UsageDimension> DIMENSIONS = List.of(UsageDimension.values());

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void tellsTheSameAsSingleRecordsAfterRandomImportsRoundsAndInterruptions(long seed) {
        Path truth = folder.resolve("truth.db");
        Path file = folder.resolve("inferencekey.db");
        tellsTheSameAsSingleRecords(seed, FastSqlite.open(truth), () -> FastSqlite.open(file));
    }

    /** @param again opens the same store, and later once more */
    static void tellsTheSameAsSingleRecords(long seed, Store truth, Supplier<? extends Store> again) {
        Random random = new Random(seed);
        // It keeps single records, and sums them up, undisturbed and all at once, only once some are forgotten.
        boolean forgetful = false;
        Store store = again.get();
        StoreData.fill(store);
        StoreData.fill(truth);
        List<UsageRecord> known = new ArrayList<>();
        Instant now = START;
        try {
            for (int step = 0; step < 250; step++) {
                switch (random.nextInt(12)) {
                    case 0 -> {
                        now = now.plus(Duration.ofMinutes(random.nextInt(3_000)));
                        makeRoom(store, now);
                    }
                    case 1 -> {
                        store.close();
                        store = again.get();
                    }
                    case 2, 3, 4 -> rollUp(store, now, 1 + random.nextInt(20));
                    case 5 -> {
                        if (random.nextInt(4) == 0) {
                            forgetful = true;
                            forget(store, truth, now.minus(Duration.ofHours(random.nextInt(200))), random);
                        }
                    }
                    case 6 -> abortedImport(store, record(random, now, "use_lost_" + step));
                    default -> {
                        now = now.plus(Duration.ofSeconds(random.nextInt(900)));
                        List<UsageRecord> batch = batch(random, now, known, "use_" + step + "_");
                        append(store, batch);
                        append(truth, batch);
                    }
                }
                if (step % 25 == 24) {
                    rollUpAll(store, now);
                    if (forgetful) {
                        rollUpAll(truth, now);
                    }
                    assertSame(store, truth, now, random);
                }
            }
        } finally {
            store.close();
            truth.close();
        }
    }

    /** Some at their time, some late by up to weeks, and some for the second time. */
    private static List<UsageRecord> batch(Random random, Instant now, List<UsageRecord> known, String prefix) {
        List<UsageRecord> batch = new ArrayList<>();
        for (int i = 0; i < random.nextInt(12); i++) {
            Duration late = switch (random.nextInt(8)) {
                case 0 -> Duration.ofMinutes(random.nextInt(60));
                case 1 -> Duration.ofHours(random.nextInt(500));
                default -> Duration.ofSeconds(random.nextInt(30));
            };
            batch.add(record(random, now.minus(late), prefix + i));
        }
        known.addAll(batch);
        for (int i = 0; i < random.nextInt(4) && !known.isEmpty(); i++) {
            batch.add(known.get(random.nextInt(known.size())));
        }
        return batch;
    }

    private static UsageRecord record(Random random, Instant at, String id) {
        Project project = random.nextInt(5) == 0 ? GLOBEX : ACME;
        int status = List.of(200, 200, 200, 404, 499, 503).get(random.nextInt(6));
        String workload = "bot-" + random.nextInt(3);
        return new UsageRecord(
                id,
                "",
                at.plusNanos(1_000L * random.nextInt(1_000_000)),
                project.slug(),
                "wl_" + workload,
                workload,
                "key_" + random.nextInt(4),
                "0000000" + random.nextInt(4),
                "192.0.2.7",
                "v1/chat/completions",
                status == 404 ? null : "model-" + random.nextInt(2),
                status,
                status == 200 ? random.nextLong(1_000) : null,
                status == 200 ? random.nextLong(1L << 33) : null,
                random.nextBoolean() ? random.nextLong(100) : null,
                random.nextLong(1L << (1 + random.nextInt(40))),
                status == 200 ? random.nextLong(1 << 20) : null,
                1,
                1,
                false,
                false,
                false,
                status == 200 && random.nextInt(5) == 0 ? "upstream_error" : null,
                status == 200 && random.nextBoolean() ? random.nextLong(1L << 33) : null,
                null);
    }

    private static void append(Store store, List<UsageRecord> batch) {
        store.append(s -> {
            s.usage().append(batch);
            return true;
        });
    }

    private static void abortedImport(Store store, UsageRecord record) {
        try {
            store.append(s -> {
                s.usage().append(List.of(record));
                throw new IllegalArgumentException("interrupted");
            });
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessage("interrupted");
        }
    }

    /** One round, and one that is interrupted. */
    private static void rollUp(Store store, Instant now, int maxRecords) {
        for (String project : List.of("acme", "globex")) {
            store.append(s -> s.usageSums().rollUp(project, now.minus(Duration.ofMinutes(1)), maxRecords));
            try {
                store.append(s -> {
                    s.usageSums().rollUp(project, now, maxRecords);
                    throw new IllegalArgumentException("interrupted");
                });
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessage("interrupted");
            }
        }
    }

    private static void rollUpAll(Store store, Instant now) {
        for (String project : List.of("acme", "globex")) {
            int rounds = 0;
            while (store.<Boolean>append(s -> s.usageSums().rollUp(project, now, 10))) {
                assertThat(++rounds).isLessThan(10_000);
            }
        }
    }

    private static void makeRoom(Store store, Instant now) {
        store.<Boolean>append(s -> {
            s.usageSums().makeRoom(now);
            return true;
        });
    }

    private static void forget(Store store, Store truth, Instant recordsBefore, Random random) {
        rollUpAll(store, recordsBefore.plus(Duration.ofDays(10)));
        rollUpAll(truth, recordsBefore.plus(Duration.ofDays(10)));
        Instant sumsBefore = recordsBefore.minus(Duration.ofDays(random.nextInt(20)));
        // Whole days, where there are such; the other one has all its records in one place.
        int days = 0;
        while (store.<Boolean>append(s -> s.usageSums().giveBack(recordsBefore))) {
            assertThat(++days).isLessThan(1_000);
        }
        for (String project : List.of("acme", "globex")) {
            for (Store each : List.of(store, truth)) {
                int rounds = 0;
                while (each.<Boolean>append(s -> s.usageSums().forget(project, recordsBefore, sumsBefore, 5))) {
                    assertThat(++rounds).isLessThan(10_000);
                }
            }
        }
    }

    private static void assertSame(Store store, Store truth, Instant now, Random random) {
        for (int i = 0; i < 8; i++) {
            Instant from = now.minus(Duration.ofMinutes(1L << random.nextInt(16)))
                    .minusNanos(random.nextInt(1_000_000) * 1_000L);
            Instant to = random.nextBoolean()
                    ? now.plusSeconds(2)
                    : from.plus(Duration.ofMinutes(1L + random.nextInt(3_000)));
            UsageFilter filter = filter(random);
            UsageDimension by = random.nextInt(3) == 0 ? null : DIMENSIONS.get(random.nextInt(DIMENSIONS.size()));
            UsageQuery query = new UsageQuery(from, to, filter, by, 1 + random.nextInt(4));
            same(store, truth, s -> s.usage().series("acme", query));
            same(store, truth, s -> s.usage().breakdown("globex", query));
            same(store, truth, s -> s.usage().totals("acme", from, to));
            same(store, truth, s -> s.usage().values("acme", from, to));
            same(store, truth, s -> s.usage().hours("acme", from, to));
            same(
                    store,
                    truth,
                    s -> s.usage()
                            .list("acme", filter, from, to, new PageRequest(7, null))
                            .items());
        }
    }

    private static UsageFilter filter(Random random) {
        return new UsageFilter(
                random.nextInt(3) == 0 ? "bot-1" : null,
                random.nextInt(4) == 0 ? "key_2" : null,
                random.nextInt(4) == 0 ? "model-1" : null,
                random.nextInt(4) == 0 ? StatusRange.FAILED : null);
    }

    private static <T extends @Nullable Object> void same(Store store, Store truth, Function<StoreSession, T> read) {
        assertThat(store.<T>read(read)).isEqualTo(truth.<T>read(read));
    }

    @Test
    void goesOnWhereItStoppedAndStopsAfterEnoughRecords() {
        try (SqliteStore store = FastSqlite.open(folder.resolve("inferencekey.db"))) {
            StoreData.fill(store);
            Random random = new Random(1);
            List<UsageRecord> records = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                records.add(record(random, START.plus(Duration.ofMinutes(5L * i)), "use_" + i));
            }
            append(store, records);
            Instant end = START.plus(Duration.ofDays(1));

            int rounds = 1;
            while (store.<Boolean>append(s -> s.usageSums().rollUp("acme", end, 10))) {
                rounds++;
            }

            long ofAcme =
                    records.stream().filter(r -> r.projectSlug().equals("acme")).count();
            assertThat(rounds).isBetween((int) ofAcme / 10, (int) ofAcme / 10 + 2);
            assertThat(store.<Boolean>append(s -> s.usageSums().rollUp("nobody", end, 10)))
                    .isFalse();
        }
    }
}
