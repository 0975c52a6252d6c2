package dev.inferencekey.e2e.nodes;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In seconds; {@code ./check nodes} runs it at full length. The lease is as short as it can be where the machine is busy with other tests: a node that
 * comes to no heartbeat for four fifths of it ends its model server, as it should, and calls fail.
 */
class EnginesOnNodesTest {
    @Test
    void aModelServerOfOneNodeServesThroughAllAlsoWhileTheDatabaseIsAway(@TempDir Path temp) {
        try (PostgresServer postgres = new PostgresServer(temp.resolve("postgres"));
                Nodes nodes = Nodes.startWithEngines(postgres, temp.resolve("nodes"), 3, "--node-lease", "6s")) {
            Figures.report(EnginesOnNodes.run(nodes, Duration.ofSeconds(12)));
        }
    }
}
