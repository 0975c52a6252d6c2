package dev.inferencekey.e2e.nodes;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each scenario at full length, on nodes of its own: what {@code ./check nodes} runs, and nothing else. */
class NodesCheck {
    /** What nodes have unless told otherwise. */
    private static final Duration LEASE = Duration.ofSeconds(10);

    /** How long after the end of a lease its end is noticed at most: nodes look five times in a lease, and for what was held each second. */
    private static final Duration NOTICED = Duration.ofSeconds(3);

    /** How long a call takes that counts as concurrent. */
    private static final Duration CALL = Duration.ofMillis(200);

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
        Figures.of("revocations", figures -> {
            try (Nodes nodes = nodes(3)) {
                Node[] all = nodes.all().toArray(Node[]::new);
                // Nodes compile their code while they serve the first of them.
                figures.piece(
                        "revoked first",
                        () -> new Revocations(nodes, 100).revoke(all).figures("revoked, all nodes well, just started"));
                Revocations well = new Revocations(nodes, 400).revoke(all);
                figures.piece("revoked", () -> well.figures("revoked, all nodes well"));
                figures.piece("receipts", () -> well.receipts("all nodes well", 250));
            }
        });
    }

    @Test
    void revocationsThatNobodyIsNotifiedOf() {
        Figures.of("revocations, no notifications", figures -> {
            try (Nodes nodes = nodes(3)) {
                Node[] all = nodes.all().toArray(Node[]::new);
                nodes.networks().forEach(network -> {
                    network.mute("listen inferencekey");
                    network.cut();
                    network.pass();
                });
                nodes.awaitChanges();
                Revocations silent = new Revocations(nodes, 166).revoke(all);
                figures.piece("revoked", () -> silent.figures("revoked, no notifications"));
                figures.piece("receipts", () -> silent.receipts("no notifications", 2_000));
            }
        });
    }

    @Test
    void revocationsWithANodeCutOffThatServes() {
        Figures.of("revocations, a node cut off that serves", figures -> {
            try (Nodes nodes = nodes(3, "--when-cut-off", "serve", "--when-cut-off-for", "60s")) {
                Revocations serving = new Revocations(nodes, 167);
                nodes.network(2).hold();
                serving.revoke(nodes.get(0), nodes.get(1)).tryAgainAfterTheLastTimeNamed();
                figures.piece("revoked", () -> serving.figures("revoked, a node cut off that serves"));
                nodes.network(2).pass();
            }
        });
    }

    @Test
    void revocationsWithANodeCutOffThatRefuses() {
        Figures.of("revocations, a node cut off that refuses", figures -> {
            try (Nodes nodes = nodes(3, "--when-cut-off", "refuse")) {
                Revocations refusing = new Revocations(nodes, 167);
                nodes.network(2).hold();
                refusing.revoke(nodes.get(0), nodes.get(1));
                figures.piece("revoked", () -> refusing.figures("revoked, a node cut off that refuses"));
                nodes.network(2).pass();
            }
        });
    }

    /** A receipt waits for a node that has died, until its lease has run out or it has started again. */
    @Test
    void revocationsWhileNodesDie() {
        Figures.of("revocations, nodes die", figures -> {
            try (Nodes nodes = nodes(3)) {
                Revocations dying =
                        new Revocations(nodes, 100).revokeWhileOthersDie(Duration.ofSeconds(1), new Random(17));
                String when = dying.kills() + " kills of nodes";
                figures.piece("revoked", () -> dying.figures("revoked, " + when));
                figures.piece("receipts", () -> dying.receipts(when, 1_000.0 * LEASE.toSeconds() + 2_000));
            }
        });
    }

    @Test
    void kills() {
        Figures.of("kills", figures -> {
            try (Nodes nodes = nodes(3)) {
                figures.piece("kills", () -> KillStorm.run(nodes, 1, 6, Duration.ofMinutes(5), new Random(7)));
            }
        });
    }

    @Test
    void outage() {
        Figures.of("database away", figures -> {
            try (Nodes nodes = nodes(3)) {
                figures.piece("database away", () -> Outage.run(nodes, Duration.ofSeconds(60)));
            }
        });
    }

    @Test
    void engines() {
        Figures.of("engine on one node", figures -> {
            try (Nodes nodes = Nodes.startWithEngines(postgres, folder, 3)) {
                figures.piece("call over another node", () -> HopCost.run(nodes, 0, 20_000, 5_000));
                figures.piece("call over another node", () -> HopCost.run(nodes, 5, 300, 1_000));
                figures.piece("database away", () -> EnginesOnNodes.run(nodes, Duration.ofSeconds(30)));
                figures.piece("node killed", () -> LostEngine.run(nodes, LEASE));
            }
        });
    }

    @Test
    void slowDatabase() {
        Figures.of("slow database", figures -> {
            try (Nodes nodes = nodes(3)) {
                figures.piece("slow database", () -> SlowDatabase.run(nodes, 5, 1_000, 1.2));
            }
        });
    }

    @Test
    void ensureRace() {
        Figures.of("ensure", figures -> {
            try (Nodes nodes = nodes(2)) {
                figures.piece("ensure", () -> EnsureRace.run(nodes, 10_000, 100));
            }
        });
    }

    @Test
    void limits() {
        Figures.of("limits", figures -> {
            try (Nodes nodes = nodes(3)) {
                Random random = new Random(3);
                figures.piece(
                        "requests a minute",
                        () -> SharedLimits.perMinute(nodes, 600, 60, Duration.ofSeconds(90), 0, random));
                figures.piece(
                        "requests a minute, kills",
                        () -> SharedLimits.perMinute(nodes, 600, 60, Duration.ofSeconds(150), 3, random));
                figures.piece(
                        "concurrent requests",
                        () -> SharedLimits.concurrent(nodes, 12, CALL, Duration.ofSeconds(30), 0, random));
                figures.piece(
                        "concurrent requests, kills",
                        () -> SharedLimits.concurrent(nodes, 12, CALL, Duration.ofSeconds(60), 3, random));
            }
        });
    }

    @Test
    void budgets() {
        Figures.of("budgets", figures -> {
            try (Nodes nodes = nodes(3)) {
                figures.piece("streams", () -> Budgets.run(nodes, 1_000, 400_000, 10, 3, new Random(13)));
                figures.piece("a dead node's holds", () -> Budgets.afterADeath(nodes, LEASE, NOTICED));
            }
        });
    }

    @Test
    void rollingRestart() {
        Figures.of("rolling restart", figures -> {
            try (Nodes nodes = nodes(3, "--drain", "2s")) {
                figures.piece(
                        "rolling restart",
                        () -> RollingRestart.run(nodes, Node.Build.current(), "rolling restart of one build"));
            }
        });
    }

    @Test
    void rollingUpgrade() {
        Node.Build from = build("inferencekey.earlier", "an earlier build with nodes");
        Figures.of("rolling upgrade", figures -> {
            try (Nodes nodes = Nodes.startOn(from, postgres, folder, 3, "--drain", "2s")) {
                figures.piece("rolling upgrade", () -> RollingUpgrade.run(nodes, from, Node.Build.current()));
            }
        });
    }

    @Test
    void upgrade() {
        Node.Build before = build("inferencekey.before", "the release before nodes");
        Figures.of("upgrade", figures -> {
            try (Nodes nodes = Nodes.startBefore(postgres, folder, 3, before, "--drain", "2s")) {
                figures.piece("upgrade", () -> Upgrade.run(nodes));
            }
        });
    }

    private static Node.Build build(String property, String name) {
        String where = System.getProperty(property, "");
        assumeThat(where).as(name + " was built").isNotEmpty();
        return Node.Build.of(name, Path.of(where));
    }

    @Test
    void manyKeys() {
        Figures.of("many keys", figures -> {
            try (Nodes nodes = nodes(1)) {
                figures.piece("many keys", () -> ManyKeys.run(nodes, 1_000_000));
            }
        });
    }

    @Test
    void costPerRequest() {
        Figures.of("cost of a request", figures -> {
            try (Nodes many = nodes(1);
                    Nodes one = Nodes.startOnSqlite(folder.resolveSibling("sqlite"))) {
                figures.piece("cost of a request", () -> CostPerRequest.run(many, one, 60, 12, 5_000));
            }
        });
    }
}
