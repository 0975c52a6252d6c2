package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.brokenUsage;
import static dev.inferencekey.server.store.StoreData.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.domain.usage.Percentiles;
import dev.inferencekey.server.domain.usage.StatusRange;
import dev.inferencekey.server.domain.usage.UsageDimension;
import dev.inferencekey.server.domain.usage.UsageFigures;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageGroup;
import dev.inferencekey.server.domain.usage.UsageLine;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.domain.usage.WorkloadHour;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UsageStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Usage summed up, and searched. */
interface UsageReportContract {
    Store store();

    private void appendUsage(UsageRecord... records) {
        store().write(s -> {
            s.usage().append(List.of(records));
            return true;
        });
    }

    private static UsageQuery query(Duration range, UsageFilter filter, @Nullable UsageDimension by, int top) {
        return new UsageQuery(NOW.minus(range), NOW.plusSeconds(1), filter, by, top);
    }

    @Test
    default void tellsWhatEachWorkloadUsedAndTheRestAsOthers() {
        appendUsage(
                usage("use_1", ACME, "bot", "key_1", 200, 7),
                usage("use_2", ACME, "bot", "key_2", 503, 0),
                usage("use_3", ACME, "cat", "key_1", 200, 1),
                usage("use_4", ACME, "dog", "key_1", 200, 2),
                usage("use_5", GLOBEX, "bot", "key_3", 200, 9));

        UsageReport report = store().read(s ->
                s.usage().breakdown("acme", query(Duration.ofDays(1), UsageFilter.ALL, UsageDimension.WORKLOAD, 1)));

        Percentiles aMillisecond = new Percentiles(1_007, 1_007, 1_007);
        Percentiles soon = new Percentiles(407, 407, 407);
        assertThat(report.lines())
                .containsExactly(
                        new UsageLine(
                                new UsageGroup.Value("bot"),
                                new UsageFigures(2, 1, 7, 7, 0, 0, aMillisecond, soon),
                                List.of()),
                        new UsageLine(
                                new UsageGroup.Others(),
                                new UsageFigures(2, 0, 3, 3, 0, 0, aMillisecond, soon),
                                List.of()));
        assertThat(report.starts()).isEmpty();
    }

    @Test
    default void addsUpWhatRequestsCostInRecordsAndInSums() {
        appendUsage(
                usage("use_1", ACME, "bot", "key_1", NOW.minus(Duration.ofDays(9)))
                        .withCost(7),
                usage("use_2", ACME, "bot", "key_1", NOW).withCost(5),
                usage("use_3", ACME, "bot", "key_2", NOW));
        assertCosts(12);

        store().write(s -> s.usageSums().rollUp("acme", NOW, 1_000));
        assertCosts(12);
        assertThat(store().<Page<UsageRecord>>read(s -> s.usage().list("acme", PageRequest.first()))
                        .items())
                .extracting(UsageRecord::costNanoUsd)
                .containsExactly(null, 5L, 7L);

        appendUsage(usage("use_4", ACME, "bot", "key_1", NOW.minus(Duration.ofDays(9)))
                .withCost(30));
        store().write(s -> s.usageSums().rollUp("acme", NOW, 1_000));
        assertCosts(42);
    }

    @Test
    default void costsThatDoNotFitBecomeTheMostThatFits() {
        Instant before = NOW.minus(Duration.ofDays(9));
        for (int i = 0; i < 3; i++) {
            appendUsage(
                    usage("use_a" + i, ACME, "bot", "key_1", before).withCost(Long.MAX_VALUE),
                    usage("use_b" + i, ACME, "bot", "key_1", NOW).withCost(Long.MAX_VALUE - i));
        }
        assertCosts(Long.MAX_VALUE);

        store().write(s -> s.usageSums().rollUp("acme", NOW, 1_000));
        assertCosts(Long.MAX_VALUE);
    }

    /** All ways to ask. */
    private void assertCosts(long expected) {
        Instant from = NOW.minus(Duration.ofDays(30));
        Instant to = NOW.plusSeconds(1);
        UsageQuery whole = query(Duration.ofDays(30), UsageFilter.ALL, null, 1);
        UsageQuery byWorkload = query(Duration.ofDays(30), UsageFilter.ALL, UsageDimension.WORKLOAD, 1);
        assertThat(List.of(
                        total(s -> s.usage().breakdown("acme", whole)),
                        total(s -> s.usage().series("acme", byWorkload)),
                        store().<Long>read(s -> s.usage().totals("acme", from, to).stream()
                                .map(UsageStore.Total::costNanoUsd)
                                .reduce(0L, NanoUsd::plus)),
                        store().<Long>read(s -> s.usage().hours("acme", from, to).stream()
                                .map(WorkloadHour::costNanoUsd)
                                .reduce(0L, NanoUsd::plus))))
                .containsOnly(expected);
    }

    private long total(Function<StoreSession, UsageReport> read) {
        return store().<UsageReport>read(read).lines().getFirst().total().costNanoUsd();
    }

    @Test
    default void tellsOfEachDimension() {
        appendUsage(
                usage("use_1", ACME, "bot", "key_1", 200, 7),
                usage("use_2", ACME, "bot", "key_2", 503, 0),
                usage("use_3", ACME, "bot", "key_2", 503, 0));

        assertThat(groups(UsageDimension.KEY))
                .containsExactly(new UsageGroup.Value("key_2"), new UsageGroup.Value("key_1"));
        assertThat(groups(UsageDimension.MODEL))
                .containsExactly(new UsageGroup.Without(), new UsageGroup.Value("tiny"));
        assertThat(groups(UsageDimension.STATUS))
                .containsExactly(new UsageGroup.Value("503"), new UsageGroup.Value("200"));
        assertThat(groups(null)).containsExactly(new UsageGroup.All());
    }

    private List<UsageGroup> groups(@Nullable UsageDimension by) {
        return store()
                .<UsageReport>read(s -> s.usage().breakdown("acme", query(Duration.ofDays(1), UsageFilter.ALL, by, 9)))
                .lines()
                .stream()
                .map(UsageLine::group)
                .toList();
    }

    @Test
    default void spreadsRequestsOverBuckets() {
        appendUsage(
                usage("use_1", ACME, "bot", "key_1", NOW),
                usage("use_2", ACME, "bot", "key_1", NOW.minus(Duration.ofDays(1))),
                usage("use_3", ACME, "bot", "key_1", NOW.minus(Duration.ofDays(1))),
                usage("use_4", ACME, "bot", "key_1", NOW.minus(Duration.ofDays(31))));

        UsageReport report =
                store().read(s -> s.usage().series("acme", query(Duration.ofDays(30), UsageFilter.ALL, null, 1)));

        assertThat(report.width()).isEqualTo(Duration.ofDays(1));
        assertThat(report.starts()).hasSize(31).endsWith(Instant.parse("2026-06-15T00:00:00Z"));
        UsageLine line = report.lines().getFirst();
        assertThat(line.total().requests()).isEqualTo(3);
        assertThat(line.buckets()).hasSize(31);
        assertThat(line.buckets().get(30).requests()).isEqualTo(1);
        assertThat(line.buckets().get(29).requests()).isEqualTo(2);
        assertThat(line.buckets().get(28)).isEqualTo(UsageFigures.NONE);
    }

    @Test
    default void tellsNothingOfAProjectThatWasNeverUsed() {
        UsageReport whole =
                store().read(s -> s.usage().series("none", query(Duration.ofHours(1), UsageFilter.ALL, null, 1)));
        UsageReport grouped = store().read(s ->
                s.usage().series("none", query(Duration.ofHours(1), UsageFilter.ALL, UsageDimension.KEY, 1)));

        assertThat(whole.lines()).extracting(UsageLine::total).containsExactly(UsageFigures.NONE);
        assertThat(grouped.lines()).isEmpty();
        assertThat(store().<UsageValues>read(s -> s.usage().values("none", NOW, NOW.plusSeconds(1))))
                .isEqualTo(new UsageValues(List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    default void findsRecordsByWhatTheyHaveInCommonHoweverLongAgo() {
        for (int day = 0; day < 40; day++) {
            Instant at = NOW.minus(Duration.ofDays(day));
            appendUsage(
                    usage("use_a" + day, ACME, "bot", "key_1", at),
                    usage("use_b" + day, ACME, "cat", day == 35 || day == 2 ? "key_2" : "key_3", at));
        }
        store().write(s -> s.usageSums().rollUp("acme", NOW.minus(Duration.ofDays(1)), 1_000_000));

        assertThat(found(new UsageFilter(null, "key_2", null, null))).containsExactly("use_b2", "use_b35");
        assertThat(found(new UsageFilter("bot", "key_2", null, null))).isEmpty();
        assertThat(found(new UsageFilter(null, null, null, StatusRange.FAILED))).isEmpty();
        assertThat(found(new UsageFilter("bot", null, "tiny", new StatusRange(200, 299))))
                .hasSize(40)
                .startsWith("use_a0", "use_a1")
                .endsWith("use_a39");
    }

    /** All of them, piece by piece. */
    private List<String> found(UsageFilter filter) {
        List<String> ids = new java.util.ArrayList<>();
        String after = null;
        do {
            PageRequest request = new PageRequest(1, after);
            Page<UsageRecord> page =
                    store().read(s -> s.usage().list("acme", filter, Instant.EPOCH, Instant.MAX, request));
            page.items().forEach(record -> ids.add(record.id()));
            after = page.next();
        } while (after != null);
        return ids;
    }

    @Test
    default void countsWhatFailedAfterAGoodStatusAsFailedAndUnderItsStatus() {
        appendUsage(
                brokenUsage("use_1", ACME, "bot", "key_1"),
                usage("use_2", ACME, "bot", "key_1", 200, 7),
                usage("use_3", ACME, "bot", "key_1", 503, 0));
        assertBroken();

        store().write(s -> s.usageSums().rollUp("acme", NOW.plus(Duration.ofMinutes(5)), 1_000));

        assertBroken();
        UsageRecord broken = store().<Page<UsageRecord>>read(s -> s.usage().list("acme", PageRequest.first()))
                .items()
                .getLast();
        assertThat(broken).isEqualTo(brokenUsage("use_1", ACME, "bot", "key_1"));
    }

    private void assertBroken() {
        UsageFilter failed = new UsageFilter(null, null, null, StatusRange.FAILED);
        UsageFilter good = new UsageFilter(null, null, null, new StatusRange(200, 299));
        assertThat(found(failed)).containsExactly("use_3", "use_1");
        assertThat(found(good)).containsExactly("use_2", "use_1");
        assertThat(store().<List<UsageStore.Total>>read(s -> s.usage().totals("acme", NOW, NOW.plusSeconds(1))))
                .extracting(UsageStore.Total::failedRequests)
                .containsExactly(2L);
        UsageReport report = store().read(s ->
                s.usage().breakdown("acme", query(Duration.ofHours(1), UsageFilter.ALL, UsageDimension.STATUS, 9)));
        assertThat(report.lines())
                .extracting(line -> line.group() + " " + line.total().requests() + " "
                        + line.total().failed())
                .containsExactly(new UsageGroup.Value("200") + " 2 1", new UsageGroup.Value("503") + " 1 1");
        assertThat(store().<UsageValues>read(s -> s.usage().values("acme", NOW, NOW.plusSeconds(1)))
                        .statuses())
                .containsExactly(200, 503);
    }

    @Test
    default void listsRecordsOfATime() {
        appendUsage(
                usage("use_1", ACME, "bot", "key_1", NOW),
                usage("use_2", ACME, "bot", "key_1", NOW.plusSeconds(1)),
                usage("use_3", ACME, "bot", "key_1", NOW.minusSeconds(1)));

        assertThat(store().<Page<UsageRecord>>read(s ->
                                s.usage().list("acme", UsageFilter.ALL, NOW, NOW.plusSeconds(1), PageRequest.first()))
                        .items())
                .extracting(UsageRecord::id)
                .containsExactly("use_1");
    }

    @Test
    default void countsHoursAndKnowsWhatOccurs() {
        appendUsage(
                usage("use_1", ACME, "bot", "key_1", 200, 7),
                usage("use_2", ACME, "bot", "key_2", 503, 0),
                usage("use_3", ACME, "cat", "key_1", NOW.minus(Duration.ofHours(1))));

        assertThat(store().<List<WorkloadHour>>read(
                                s -> s.usage().hours("acme", NOW.minus(Duration.ofDays(1)), NOW.plusSeconds(1))))
                .containsExactly(
                        new WorkloadHour("bot", Instant.parse("2026-06-15T09:00:00Z"), 2, 1, 7, 7, 0),
                        new WorkloadHour("cat", Instant.parse("2026-06-15T08:00:00Z"), 1, 0, 5, 5, 0));
        assertThat(store().<UsageValues>read(s -> s.usage().values("acme", NOW, NOW.plusSeconds(1))))
                .isEqualTo(
                        new UsageValues(List.of("bot"), List.of("key_1", "key_2"), List.of("tiny"), List.of(200, 503)));
    }

    @Test
    default void keepsSumsOfRecordsThatItForgets() {
        appendUsage(
                usage("use_1", ACME, "bot", "key_1", NOW.minus(Duration.ofDays(9))),
                usage("use_2", ACME, "bot", "key_1", NOW.minus(Duration.ofDays(5))),
                usage("use_3", ACME, "bot", "key_1", NOW));
        Instant weekAgo = NOW.minus(Duration.ofDays(7));
        Instant yesterday = NOW.minus(Duration.ofDays(1));
        store().write(s -> s.usageSums().rollUp("acme", NOW, 1_000));

        store().write(s -> s.usageSums().forget("acme", yesterday, weekAgo, 1_000));

        assertThat(store().<Page<UsageRecord>>read(s -> s.usage().list("acme", PageRequest.first()))
                        .items())
                .extracting(UsageRecord::id)
                .containsExactly("use_3");
        UsageReport kept =
                store().read(s -> s.usage().breakdown("acme", query(Duration.ofDays(30), UsageFilter.ALL, null, 1)));
        assertThat(kept.lines().getFirst().total().requests()).isEqualTo(2);
    }

    @Test
    default void keepsUsageAsLongAsItIsTold() {
        assertThat(store().<UsageRetention>read(s -> s.usageSums().retention())).isEqualTo(UsageRetention.DEFAULT);

        for (UsageRetention wanted : List.of(new UsageRetention(1, 1), new UsageRetention(30, 3_650))) {
            store().write(s -> {
                s.usageSums().setRetention(wanted);
                return true;
            });
            assertThat(store().<UsageRetention>read(s -> s.usageSums().retention()))
                    .isEqualTo(wanted);
        }
    }
}
