package dev.inferencekey.e2e.nodes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Each scenario in seconds, one after the other on the same three nodes; {@code ./check nodes} runs them at full length. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodesTest {
    private static final Duration LEASE = Duration.ofSeconds(5);

    @AutoClose
    private PostgresServer postgres;

    @AutoClose
    private Nodes nodes;

    @BeforeAll
    void start(@TempDir Path temp) {
        postgres = new PostgresServer(temp.resolve("postgres"));
        nodes = Nodes.start(postgres, temp.resolve("nodes"), 3, "--node-lease", LEASE.toSeconds() + "s");
    }

    @Test
    void noRevokedKeyIsServedAfterTheReceiptButOnNodesThatItNames() {
        Revocations well = new Revocations(nodes, 12).revoke(nodes.get(0), nodes.get(1), nodes.get(2));
        Revocations cutOff = new Revocations(nodes, 8);
        nodes.network(2).hold();
        cutOff.revoke(nodes.get(0), nodes.get(1));
        nodes.network(2).pass();
        List<Figure> figures = new ArrayList<>(well.figures("revoked, all nodes well"));
        figures.addAll(cutOff.figures("revoked, a node cut off"));
        figures.addAll(well.receipts("all nodes well", 5_000));
        Figures.report(figures);
    }

    @Test
    void noAnswerIsMissingInTheBillOrTwiceInItWhenNodesAreKilled() {
        Figures.report(KillStorm.run(nodes, 2, 0, Duration.ZERO, new Random(5)));
    }

    @Test
    void aBudgetIsNeitherOverspentNorLeftUnusedWhenANodeIsKilled() {
        Figures.report(Budgets.run(nodes, 60, 24_000, 3, 1, new Random(11)));
    }

    @Test
    void whatADeadNodeHeldOfABudgetIsFreeWhenItsLeaseHasRunOut() {
        Figures.report(Budgets.afterADeath(nodes, LEASE, Duration.ofSeconds(10)));
    }

    @Test
    void knownKeysAreServedWhileTheDatabaseIsAwayAndTheBillCatchesUp() {
        Figures.report(Outage.run(nodes, Duration.ofSeconds(4)));
    }

    @Test
    void aSlowDatabaseDoesNotSlowCalls() {
        Figures.report(SlowDatabase.run(nodes, 1, 300, 10));
    }

    @Test
    void nodesThatRaceToDeclareTheSameEndWithOneOfEach() {
        Figures.report(EnsureRace.run(nodes, 400, 20));
    }

    @Test
    void limitsHoldOverAllNodesTogetherWhileNodesAreKilled() {
        List<Figure> figures = new ArrayList<>();
        figures.addAll(SharedLimits.perMinute(nodes, 120, 40, Duration.ofSeconds(8), 1, new Random(3)));
        figures.addAll(
                SharedLimits.concurrent(nodes, 6, Duration.ofMillis(200), Duration.ofSeconds(6), 1, new Random(3)));
        Figures.report(figures);
    }
}
