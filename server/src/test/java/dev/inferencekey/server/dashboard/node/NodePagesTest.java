package dev.inferencekey.server.dashboard.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.FakeMembership;
import dev.inferencekey.server.store.TestStores;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page of nodes, and what other pages say of a node that was lost. */
@Tag("slow")
final class NodePagesTest {
    private static final String NODES = "/installation/nodes";

    private final TestDashboard dashboard = new TestDashboard(TestStores.postgres());
    private final TestBrowser owner = dashboard.asOwner();

    NodePagesTest() {
        dashboard.store.write(session -> session.nodes().register(FakeMembership.declared("node_2", "berta")));
        dashboard.membership.refresh();
    }

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private void loseBerta() {
        dashboard.store.<Boolean>append(session -> {
            session.nodes().markLost("node_2", 1);
            return true;
        });
        dashboard.membership.refresh();
    }

    @Test
    void showsNodesAndDrainsThem() {
        assertThat(owner.get(NODES).expect(200).body())
                .contains("berta", "1.2.3", "runs engines", "shows this page", "ik-state-active");

        owner.post(NODES + "/node_2/drain", Map.of()).expect(303);
        assertThat(owner.get(NODES).expect(200).body()).contains("ik-state-draining", "Take callers again");
        owner.post(NODES + "/node_2/resume", Map.of()).expect(303);
        assertThat(owner.get(NODES).expect(200).body()).doesNotContain("ik-state-draining");
        assertThat(owner.post(NODES + "/node_2/remove", Map.of()).expect(409).body())
                .contains("is live; drain it and stop it");
    }

    @Test
    void aLostNodeIsShownWithWhatItMayDoAndCanBeForgotten() {
        loseBerta();
        assertThat(owner.get(NODES).expect(200).body())
                .contains("ik-state-lost", "if it still runs, it may serve what it knows until");

        owner.post(NODES + "/node_2/remove", Map.of()).expect(303);

        assertThat(owner.get(NODES).expect(200).body()).doesNotContain("berta");
    }

    @Test
    void thePageIsForOwnersOfTheInstallation() {
        Project acme = dashboard.project("acme");

        dashboard.as(acme, Role.OWNER).get(NODES).expect(403);
    }

    @Test
    void aRevokedKeySaysWhichNodeMayStillTakeIt() {
        Project acme = dashboard.project("acme");
        var key = dashboard
                .plane
                .keys()
                .mint(TestDashboard.OPERATOR, acme, "web", Grants.ofEntireProject(), null, Limits.NONE)
                .key();
        String page = "/projects/acme/keys/" + key.id();
        loseBerta();
        assertThat(owner.get(page).expect(200).body()).doesNotContain("berta");

        owner.post(page + "/revoke", Map.of()).expect(303);

        assertThat(owner.get(page).expect(200).body())
                .contains("berta", "it may treat this key as it was before until");
    }

    @Test
    void limitsSayHowFarTheyHoldWhereNodesShareThem() {
        Project acme = dashboard.project("acme");
        Limits limits = new Limits(60, null, 1);
        var key = dashboard
                .plane
                .keys()
                .mint(TestDashboard.OPERATOR, acme, "web", Grants.ofEntireProject(), null, limits)
                .key();
        String page = "/projects/acme/keys/" + key.id();
        assertThat(owner.get(page).expect(200).body())
                .contains(
                        "2 nodes share these limits, exactly while each of them reaches the database",
                        "adds at most 30 requests per minute, 1 concurrent request.")
                .doesNotContain("altogether");

        loseBerta();

        assertThat(owner.get(page).expect(200).body())
                .contains("at most 90 requests per minute, 2 concurrent requests altogether");
    }
}
