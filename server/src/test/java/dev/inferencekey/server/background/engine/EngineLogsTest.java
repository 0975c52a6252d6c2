package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeDriver.Started;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import dev.inferencekey.server.ports.runtime.LogTail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How a workload's log reads on each node, wherever its replicas run. */
final class EngineLogsTest {
    @AutoClose
    private final TwoEngineNodes nodes = new TwoEngineNodes();

    private final EngineFixture a = nodes.a;
    private final EngineFixture b = nodes.b;

    /** A way from one node to the other, which answers as that one would. */
    private static NodePeers to(EngineFixture other) {
        return new NodePeers() {
            @Override
            public CompletableFuture<Answer> askWhetherItDecides(String node) {
                return CompletableFuture.completedFuture(Answer.UNKNOWN);
            }

            @Override
            public CompletableFuture<Optional<List<String>>> askForLog(String node, String workloadId, int lines) {
                assertThat(node).isEqualTo(other.membership.name() + ":9443");
                return CompletableFuture.completedFuture(Optional.of(other.agent.logTail(workloadId, lines)));
            }
        };
    }

    private static String whyMissing(EngineFixture node) {
        LogTail tail = node.runtime.logTail("wl_1", 10);
        assertThat(tail.lines()).isEmpty();
        LogTail.Missing missing = tail.missing().getFirst();
        assertThat(tail.missing()).hasSize(1);
        assertThat(missing.message()).contains("the node " + missing.node() + " ");
        return missing.message();
    }

    @Test
    void everyNodeShowsTheSameLog() {
        a.peers = to(b);
        b.peers = to(a);
        nodes.declare(Fixtures.workload("wl_1", "simulator", 1, null, "fixed", Map.of("replicas", 2)));
        nodes.look();
        assertThat(a.driver.running()).hasSize(1);

        for (EngineFixture node : List.of(a, b)) {
            assertThat(node.runtime.logTail("wl_1", 10))
                    .isEqualTo(new LogTail(List.of("log of tiny", "log of tiny"), List.of()));
            assertThat(node.runtime.logTail("wl_1", 1).lines()).hasSize(1);
        }
    }

    @Test
    void theLastWordsOfWhatFailedElsewhereAreShownToo() {
        a.peers = to(b);
        nodes.declare(TwoEngineNodes.onB());
        Started failed = nodes.readyOnB();
        failed.fails("exit code 1");
        b.agent.round();
        nodes.store.<Boolean>write(session -> {
            session.replicas().remove(failed.id());
            return true;
        });
        a.publish();
        assertThat(a.runtime.replicas("wl_1")).isEmpty();
        assertThat(a.runtime.logTail("wl_1", 10).lines()).containsExactly("log of tiny");
    }

    @Test
    void whatANodeCanNotTellIsSaidWithItsName() {
        nodes.declare(TwoEngineNodes.onB());
        nodes.readyOnB();
        assertThat(b.runtime.logTail("wl_1", 10)).isEqualTo(new LogTail(List.of("log of tiny"), List.of()));
        assertThat(whyMissing(a)).contains("the node b ", "does not answer");

        b.membership.isLost();
        assertThat(whyMissing(a)).contains("the node b ", "was lost");
    }

    @Test
    void withoutAListenerForNodesTheNodeToAskIsNamed() {
        try (EngineFixture alone = nodes.other("c", false)) {
            nodes.declare(TwoEngineNodes.onB());
            nodes.readyOnB();
            alone.publish();
            assertThat(whyMissing(alone)).contains("the node b ", "the node c can't ask it", "--node-tls-cert");

            nodes.declare(Fixtures.pinned(Fixtures.workload("wl_2"), "c"));
            nodes.look();
            alone.look();
            a.publish();
            assertThat(a.runtime.logTail("wl_2", 10).missing())
                    .singleElement()
                    .satisfies(missing -> assertThat(missing.message()).contains("the node c ", "--advertise"));
        }
    }
}
