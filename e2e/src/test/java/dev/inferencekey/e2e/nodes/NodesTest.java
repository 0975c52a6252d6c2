package dev.inferencekey.e2e.nodes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Each scenario in seconds, one after the other on the same three nodes; {@code ./check nodes} runs them at full length. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodesTest {
    @AutoClose
    private PostgresServer postgres;

    @AutoClose
    private Nodes nodes;

    @BeforeAll
    void start(@TempDir Path temp) {
        postgres = new PostgresServer(temp.resolve("postgres"));
        nodes = Nodes.start(postgres, temp.resolve("nodes"), 3);
    }

    @Test
    void noAnswerIsMissingInTheBillOrTwiceInItWhenNodesAreKilled() {
        Figures.report(KillStorm.run(nodes, 2, 0, Duration.ZERO, new Random(5)));
    }

    @Test
    void knownKeysAreServedWhileTheDatabaseIsAwayAndTheBillCatchesUp() {
        Figures.report(Outage.run(nodes, Duration.ofSeconds(4)));
    }

    @Test
    void aSlowDatabaseDoesNotSlowCalls() {
        Figures.report(SlowDatabase.run(nodes, 1, 300));
    }

    @Test
    void nodesThatRaceToDeclareTheSameEndWithOneOfEach() {
        Figures.report(EnsureRace.run(nodes, 400, 20));
    }
}
