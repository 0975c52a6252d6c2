package dev.inferencekey.e2e.nodes;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In seconds, on nodes with a short lease; {@code ./check nodes} runs it at full length. */
class EnginesOnNodesTest {
    @Test
    void aModelServerOfOneNodeServesThroughAllAlsoWhileTheDatabaseIsAway(@TempDir Path temp) {
        try (PostgresServer postgres = new PostgresServer(temp.resolve("postgres"));
                Nodes nodes = Nodes.startWithEngines(postgres, temp.resolve("nodes"), 3, "--node-lease", "3s")) {
            Figures.report(EnginesOnNodes.run(nodes, Duration.ofSeconds(6)));
        }
    }
}
