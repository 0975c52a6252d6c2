package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.ManualClock;
import dev.inferencekey.server.domain.metering.ReplicaCount;
import dev.inferencekey.server.ports.runtime.CounterReading;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineCountsTest {
    private final BreakableStore store = TestStores.sqlite();
    private final ManualClock clock = new ManualClock();
    private final FakeDriver driver = new FakeDriver();
    private final EngineCounts counts = new EngineCounts(store, clock, "node-a", Duration.ofHours(1));
    private final RuntimeDriver counting = counts.counting(driver);

    @BeforeEach
    void workload() {
        Fixtures.project(store);
        store.write(session -> session.workloads().insert(Fixtures.workload("wl_1")));
    }

    @AfterEach
    void close() {
        counts.close();
        store.close();
    }

    @Test
    void keepsWhatAReplicaCountedBeyondItsEnd() {
        Replica replica = start("simulator", "rep_1");
        driver.last().counts(100, 10);
        driver.last().ready();
        counts.read("wl_1");
        clock.advance(Duration.ofMinutes(3));
        driver.last().counts(150, 30);

        replica.stop();

        assertThat(driver.last().stopped).isTrue();
        assertThat(kept()).singleElement().satisfies(count -> {
            assertThat(count.replicaId()).isEqualTo("rep_1");
            assertThat(count.node()).isEqualTo("node-a");
            assertThat(count.promptTokens()).isEqualTo(150);
            assertThat(count.outputTokens()).isEqualTo(30);
            assertThat(count.endedAt()).isEqualTo(clock.instant());
            assertThat(count.readAtEnd()).isTrue();
        });
    }

    @Test
    void readsAReplicaAsSoonAsItIsReady() {
        counts.start();
        start("simulator", "rep_1");
        driver.last().counts(7, 1);

        driver.last().ready();

        await().until(() -> known().size() == 1);
    }

    @Test
    void countsOnWhereAnUpstreamBeganAnewAndLeavesOutWhatWasBefore() {
        start("external", "rep_1");
        driver.last().counts(1_000, 100);
        driver.last().ready();
        counts.read("wl_1");
        driver.last().counts(1_050, 110);
        counts.read("wl_1");
        driver.last().counts(20, 5);
        counts.read("wl_1");

        assertThat(known()).singleElement().satisfies(count -> {
            assertThat(count.promptTokens()).isEqualTo(70);
            assertThat(count.outputTokens()).isEqualTo(15);
            assertThat(count.resets()).isEqualTo(1);
        });
    }

    @Test
    void saysWhyThereIsNothingToBeCounted() {
        start("sglang", "rep_1");
        driver.last().reading = new CounterReading.Nothing("It shows none.", true);
        driver.last().ready();
        counts.read("wl_1");

        assertThat(known()).singleElement().satisfies(count -> {
            assertThat(count.counts()).isFalse();
            assertThat(count.problem()).isEqualTo("It shows none.");
        });
    }

    @Test
    void keepsTheLastLookAtAReplicaThatDied() {
        Replica replica = start("simulator", "rep_1");
        driver.last().counts(100, 10);
        driver.last().ready();
        counts.read("wl_1");
        Instant lastLook = clock.instant();
        clock.advance(Duration.ofMinutes(1));
        driver.last().fails("it was killed");

        replica.stop();

        assertThat(kept()).singleElement().satisfies(count -> {
            assertThat(count.readAt()).isEqualTo(lastLook);
            assertThat(count.readAtEnd()).isFalse();
        });
    }

    @Test
    void stopsAReplicaAtOnceAlthoughNeitherItNorTheStoreAnswers() {
        Replica replica = start("simulator", "rep_1");
        driver.last().counts(100, 10);
        driver.last().ready();
        counts.read("wl_1");
        driver.last().answersAfter = new CountDownLatch(1);
        store.failWith("the database can't be reached");

        replica.stop();

        assertThat(driver.last().stopped).isTrue();
        store.recover();
        assertThat(kept()).singleElement().satisfies(count -> {
            assertThat(count.promptTokens()).isEqualTo(100);
            assertThat(count.endedAt()).isNotNull();
        });
        driver.last().answersAfter.countDown();
    }

    @Test
    void endsWhatRanOnThisNodeBeforeItDied() {
        start("simulator", "rep_1");
        driver.last().counts(100, 10);
        driver.last().ready();
        counts.read("wl_1");
        clock.advance(Duration.ofMinutes(1));

        EngineCounts afterwards = new EngineCounts(store, clock, "node-a", Duration.ofHours(1));
        afterwards.start();
        afterwards.close();

        assertThat(known())
                .singleElement()
                .satisfies(count -> assertThat(count.endedAt()).isEqualTo(clock.instant()));
    }

    @Test
    void tellsApartOnlyAFewOfThoseThatEnded() {
        for (int i = 0; i < 25; i++) {
            Replica replica = start("simulator", String.format("rep_%02d", i));
            driver.last().counts(100, 10);
            driver.last().ready();
            clock.advance(Duration.ofMinutes(1));
            replica.stop();
        }

        List<ReplicaCount> known = kept();
        assertThat(known).hasSize(21);
        assertThat(known.getFirst().replicaId()).isEqualTo("rep_24");
        assertThat(known.getLast().replicaId()).isEqualTo(ReplicaCount.EARLIER);
        assertThat(known.getLast().promptTokens()).isEqualTo(500);
        assertThat(known.stream().mapToLong(ReplicaCount::outputTokens).sum()).isEqualTo(250);
        assertThat(known.getLast().readAtEnd()).isTrue();
        assertThat(known.getLast().resets()).isZero();
    }

    @Test
    void forgetsWhatServedAWorkloadThatIsGone() {
        Replica replica = start("simulator", "rep_1");
        driver.last().counts(100, 10);
        driver.last().ready();
        counts.read("wl_1");
        store.write(session -> session.workloads().delete("wl_1"));

        replica.stop();

        assertThat(kept()).isEmpty();
    }

    private Replica start(String backend, String id) {
        return counting.start(
                new ReplicaSpec(id, "acme/bot-1", TaskType.TEXT2TEXT, backend, "tiny", Map.of(), null, Map.of()),
                () -> {});
    }

    private List<ReplicaCount> kept() {
        counts.close();
        return known();
    }

    private List<ReplicaCount> known() {
        return store.read(session -> session.engineCounts().of("wl_1"));
    }
}
