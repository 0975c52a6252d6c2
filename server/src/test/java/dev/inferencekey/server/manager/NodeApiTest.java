package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code /api/nodes} on a store that two nodes share: {@code a}, which answers, and {@code b}. */
@Tag("slow")
final class NodeApiTest {
    private final TestManager manager = TestManager.amongOthers();
    private final ApiClient owner = manager.asOwner();

    NodeApiTest() {
        manager.store.write(session -> session.nodes().register(FakeMembership.declared("node_2", "b")));
        manager.membership.refresh();
    }

    @AfterEach
    void stop() {
        manager.close();
    }

    private Map<String, @Nullable Object> node(String name) {
        return owner.get("/api/nodes").expect(200).list().stream()
                .filter(node -> name.equals(node.get("name")))
                .findFirst()
                .orElseThrow();
    }

    private void loseB() {
        manager.store.<Boolean>append(session -> {
            session.nodes().markLost("node_2", 1);
            return true;
        });
        manager.membership.refresh();
    }

    @Test
    void listsNodesWithTheirStateVersionRoleAndLag() {
        manager.store.<Boolean>append(session ->
                session.nodes().beat("node_1", session.accessChanges().last()));

        assertThat(node("a"))
                .containsEntry("id", "node_1")
                .containsEntry("state", "active")
                .containsEntry("version", "1.2.3")
                .containsEntry("role", "all")
                .containsEntry("lag", 0)
                .containsEntry("answers", true)
                .containsEntry("lost_at", null)
                .containsEntry("may_serve_until", null);
        assertThat((Integer) node("b").get("lag")).isPositive();
        assertThat(node("b")).containsEntry("answers", false);
    }

    @Test
    void aLostNodeIsListedWithTheTimeUntilWhichItMayServe() {
        loseB();

        Map<String, @Nullable Object> lost = node("b");

        assertThat(lost).containsEntry("state", "lost");
        assertThat(String.valueOf(lost.get("may_serve_until"))).isGreaterThan(String.valueOf(lost.get("lost_at")));
        assertThat(manager.plane.nodes().mayStillServe()).extracting(Node::name).containsExactly("b");
    }

    @Test
    void drainsANodeByNameOrIdAndTakesThatBack() {
        assertThat(owner.post("/api/nodes/b/drain").expect(200).json()).containsEntry("state", "draining");
        assertThat(node("b")).containsEntry("state", "draining");
        assertThat(owner.post("/api/nodes/node_2/resume").expect(200).json()).containsEntry("state", "active");
        assertThat(manager.store
                        .<List<?>>read(session -> session.audit()
                                .list(null, null, PageRequest.first())
                                .items())
                        .toString())
                .contains("node.drained", "node.resumed");
    }

    @Test
    void onlyANodeThatIsLostCanBeForgotten() {
        owner.delete("/api/nodes/b").expect(409, "conflict");
        loseB();
        owner.post("/api/nodes/b/drain").expect(409, "conflict");

        owner.delete("/api/nodes/b").expect(204);

        assertThat(owner.get("/api/nodes").expect(200).list())
                .extracting(node -> node.get("name"))
                .containsExactly("a");
        owner.delete("/api/nodes/b").expect(404, "not_found");
    }

    @Test
    void aNodeThatNobodySharesItsStoreWithIsAlwaysUpToDate() {
        try (TestManager alone = new TestManager()) {
            Map<String, @Nullable Object> node =
                    alone.asOwner().get("/api/nodes").expect(200).list().getFirst();

            assertThat(node).containsEntry("state", "active").containsEntry("lag", 0);
            assertThat(alone.asOwner().post("/api/nodes/a/drain").expect(200).json())
                    .containsEntry("state", "draining");
        }
    }
}
