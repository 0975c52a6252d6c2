package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to nodes: nothing runs twice, and in the end what is declared runs. */
@Tag("slow")
@Timeout(60)
final class EngineSimulationTest {
    private static final int STEPS = 1_500;
    /** Some runs without a fence end before anything has run twice: 3 of 15 when it was tried. */
    private static final int RUNS_WITHOUT_FENCE = 20;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingRunsTwiceAndInTheEndWhatIsDeclaredRuns(long seed) {
        try (BreakableStore store = TestStores.sqlite();
                EngineSimulation world = new EngineSimulation(store, seed, true)) {
            for (int i = 0; i < STEPS; i++) {
                world.step();
                assertThat(world.twice()).as("seed %d", seed).isEmpty();
            }
            world.calmDown();
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        world.step();
                        return world.isAsDeclared();
                    });
            assertThat(world.twice()).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void withoutTheFenceSomethingRunsTwice() {
        assertThat(LongStream.rangeClosed(1, RUNS_WITHOUT_FENCE).anyMatch(EngineSimulationTest::runsTwiceWithoutFence))
                .as("the simulation notices when something runs twice")
                .isTrue();
    }

    private static boolean runsTwiceWithoutFence(long seed) {
        try (BreakableStore store = TestStores.sqlite();
                EngineSimulation world = new EngineSimulation(store, seed, false)) {
            for (int i = 0; i < STEPS && world.twice().isEmpty(); i++) {
                world.step();
            }
            return !world.twice().isEmpty();
        }
    }
}
