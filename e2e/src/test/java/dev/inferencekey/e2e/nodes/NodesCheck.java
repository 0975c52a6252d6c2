package dev.inferencekey.e2e.nodes;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each scenario at full length, on nodes of its own: what {@code ./check nodes} runs, and nothing else. */
class NodesCheck {
    private Path folder;
    private PostgresServer postgres;

    @BeforeEach
    void start(@TempDir Path temp) {
        folder = temp.resolve("nodes");
        postgres = new PostgresServer(temp.resolve("postgres"));
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    private Nodes nodes(int count, String... options) {
        return Nodes.start(postgres, folder, count, options);
    }

    @Test
    void revocations() {
        try (Figures figures = new Figures();
                Nodes nodes = nodes(3)) {
            Node[] all = nodes.all().toArray(Node[]::new);
            // Nodes compile their code while they serve the first of them.
            new Revocations(nodes, 100).revoke(all);
            Revocations well = new Revocations(nodes, 400).revoke(all);
            figures.add(well.figures("revoked, all nodes well"));
            figures.add(receipts("all nodes well", 250, well));
        }
    }

    @Test
    void revocationsThatNobodyIsNotifiedOf() {
        try (Figures figures = new Figures();
                Nodes nodes = nodes(3)) {
            Node[] all = nodes.all().toArray(Node[]::new);
            nodes.networks().forEach(network -> {
                network.mute("listen inferencekey");
                network.cut();
                network.pass();
            });
            nodes.awaitChanges();
            Revocations silent = new Revocations(nodes, 266).revoke(all);
            figures.add(silent.figures("revoked, no notifications"));
            figures.add(receipts("no notifications", 2_000, silent));
        }
    }

    @Test
    void revocationsWithANodeCutOffThatServes() {
        try (Figures figures = new Figures();
                Nodes nodes = nodes(3, "--when-cut-off", "serve", "--when-cut-off-for", "60s")) {
            Revocations serving = new Revocations(nodes, 167);
            nodes.network(2).hold();
            serving.revoke(nodes.get(0), nodes.get(1)).tryAgainAfterTheLastTimeNamed();
            figures.add(serving.figures("revoked, a node cut off that serves"));
            nodes.network(2).pass();
        }
    }

    @Test
    void revocationsWithANodeCutOffThatRefuses() {
        try (Figures figures = new Figures();
                Nodes nodes = nodes(3, "--when-cut-off", "refuse")) {
            Revocations refusing = new Revocations(nodes, 167);
            nodes.network(2).hold();
            refusing.revoke(nodes.get(0), nodes.get(1));
            figures.add(refusing.figures("revoked, a node cut off that refuses"));
            nodes.network(2).pass();
        }
    }

    private static List<Figure> receipts(String when, double most, Revocations revocations) {
        return List.of(
                Figure.atMost(
                        "time to the receipt, " + when + ", p99",
                        most,
                        revocations.took().quantile(0.99),
                        "ms"),
                Figure.stated("time to the receipt, " + when, revocations.took().toString()));
    }

    @Test
    void kills() {
        try (Nodes nodes = nodes(3)) {
            Figures.report(KillStorm.run(nodes, 1, 6, Duration.ofMinutes(5), new Random(7)));
        }
    }

    @Test
    void outage() {
        try (Nodes nodes = nodes(3)) {
            Figures.report(Outage.run(nodes, Duration.ofSeconds(60)));
        }
    }

    @Test
    void enginesWhileTheDatabaseIsAway() {
        try (Nodes nodes = Nodes.startWithEngines(postgres, folder, 3)) {
            Figures.report(EnginesOnNodes.run(nodes, Duration.ofSeconds(60)));
        }
    }

    @Test
    void slowDatabase() {
        try (Nodes nodes = nodes(3)) {
            Figures.report(SlowDatabase.run(nodes, 5, 1_000, 1.2));
        }
    }

    @Test
    void ensureRace() {
        try (Nodes nodes = nodes(2)) {
            Figures.report(EnsureRace.run(nodes, 10_000, 100));
        }
    }

    @Test
    void limits() {
        try (Nodes nodes = nodes(3)) {
            List<Figure> figures = new ArrayList<>();
            Random random = new Random(3);
            figures.addAll(SharedLimits.perMinute(nodes, 600, 60, Duration.ofSeconds(90), 0, random));
            figures.addAll(SharedLimits.perMinute(nodes, 600, 60, Duration.ofSeconds(150), 3, random));
            figures.addAll(
                    SharedLimits.concurrent(nodes, 12, Duration.ofMillis(200), Duration.ofSeconds(30), 0, random));
            figures.addAll(
                    SharedLimits.concurrent(nodes, 12, Duration.ofMillis(200), Duration.ofSeconds(60), 3, random));
            Figures.report(figures);
        }
    }

    @Test
    void budgets() {
        try (Nodes nodes = nodes(3)) {
            List<Figure> figures = new ArrayList<>(Budgets.run(nodes, 1_000, 400_000, 10, 3, new Random(13)));
            figures.addAll(Budgets.afterADeath(nodes, Duration.ofSeconds(10)));
            Figures.report(figures);
        }
    }

    @Test
    void rollingRestart() {
        try (Nodes nodes = nodes(3, "--drain", "2s")) {
            Figures.report(RollingRestart.run(nodes, Node.Build.current(), "rolling restart"));
        }
    }

    @Test
    void lostEngine() {
        try (Nodes nodes = Nodes.startWithEngines(postgres, folder, 3)) {
            Figures.report(LostEngine.run(nodes, Duration.ofSeconds(10)));
        }
    }

    @Test
    void upgrade() {
        String before = System.getProperty("inferencekey.before", "");
        assumeThat(before).as("the release before was built").isNotEmpty();
        Node.Build build = Node.Build.of("the release before", Path.of(before));
        try (Nodes nodes = Nodes.startBefore(postgres, folder, 3, build, "--drain", "2s")) {
            Figures.report(Upgrade.run(nodes));
        }
    }

    @Test
    void manyKeys() {
        try (Nodes nodes = nodes(1)) {
            Figures.report(ManyKeys.run(nodes, 1_000_000));
        }
    }

    @Test
    void costPerRequest() {
        try (Nodes many = nodes(1);
                Nodes one = Nodes.startOnSqlite(folder.resolveSibling("sqlite"))) {
            Figures.report(CostPerRequest.run(many, one, 15, 4, 15_000));
        }
    }
}
