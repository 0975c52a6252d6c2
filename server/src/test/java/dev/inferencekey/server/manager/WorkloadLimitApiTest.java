package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ApiClient.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class WorkloadLimitApiTest {
    private static final String BOT = "/api/projects/acme/workloads/bot";
    private static final String LIMITS = BOT + "/limits";

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final Workload bot = manager.workload(acme, "bot");
    private final ApiClient developer = manager.asMember(acme, Role.DEVELOPER);

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void aWorkloadIsNotLimitedUntilSomebodySaysSo() {
        assertThat(developer.get(LIMITS).expect(200).json())
                .containsEntry("requests_per_minute", null)
                .containsEntry("tokens_per_minute", null)
                .containsEntry("max_concurrent_requests", null)
                .hasSize(3);
    }

    @Test
    void whereSeveralNodesShareALimitItSaysHowFarItHolds() {
        Map<String, Integer> wanted = Map.of("requests_per_minute", 60, "max_concurrent_requests", 2);
        assertThat(developer.put(LIMITS, wanted).expect(200).json()).doesNotContainKey("bound");
        for (String id : List.of("node_2", "node_3")) {
            manager.store.write(session -> session.nodes().register(FakeMembership.declared(id, id)));
        }
        manager.membership.refresh();
        assertThat(developer.get(LIMITS).expect(200).json())
                .extractingByKey("bound")
                .isEqualTo(Map.of(
                        "nodes",
                        3,
                        "cut_off_nodes",
                        0,
                        "each_cut_off_node_adds",
                        amounts(20, null, 1),
                        "at_most",
                        amounts(60, null, 2)));
        manager.store.append(session -> {
            session.nodes().markLost("node_2", 1);
            return true;
        });
        manager.membership.refresh();
        assertThat(developer.get(LIMITS).expect(200).json())
                .extractingByKey("bound")
                .isEqualTo(Map.of(
                        "nodes",
                        3,
                        "cut_off_nodes",
                        1,
                        "each_cut_off_node_adds",
                        amounts(20, null, 1),
                        "at_most",
                        amounts(80, null, 3)));
    }

    private static Map<String, @Nullable Object> amounts(
            @Nullable Integer requests, @Nullable Integer tokens, @Nullable Integer concurrent) {
        Map<String, @Nullable Object> amounts = new HashMap<>();
        amounts.put("requests_per_minute", requests);
        amounts.put("tokens_per_minute", tokens);
        amounts.put("max_concurrent_requests", concurrent);
        return amounts;
    }

    @Test
    void whatWasReadCanBeWrittenBackWithItsBound() {
        manager.store.write(session -> session.nodes().register(FakeMembership.declared("node_2", "node_2")));
        manager.membership.refresh();
        developer.put(LIMITS, Map.of("requests_per_minute", 60)).expect(200);
        Map<String, @Nullable Object> read = developer.get(LIMITS).expect(200).json();
        assertThat(read).containsKey("bound");
        assertThat(developer.put(LIMITS, read).expect(200).json()).containsEntry("requests_per_minute", 60);
    }

    @Test
    void limitsAreReplacedAsAWholeAndReachTheDataPlaneBeforeTheAnswer() {
        manager.publication.publish();
        manager.publication.takeIds();

        Reply put = developer
                .put(LIMITS, Map.of("requests_per_minute", 60, "max_concurrent_requests", 4))
                .expect(200);

        assertThat(put.json()).containsEntry("requests_per_minute", 60).containsKey("propagation");
        assertThat(manager.publication.takeIds()).containsExactly(bot.id());
        developer.put(LIMITS, Map.of("tokens_per_minute", 1000)).expect(200);
        assertThat(developer.get(LIMITS).json())
                .containsEntry("requests_per_minute", null)
                .containsEntry("tokens_per_minute", 1000)
                .containsEntry("max_concurrent_requests", null);
        developer.put(LIMITS, Map.of("tokens_per_minute", 1000)).expect(200);
        developer.put(LIMITS, Map.of()).expect(200);
        assertThat(manager.publication.takeIds()).as("no change, no entry").containsExactly(bot.id(), bot.id());
        assertThat(manager.asOperator()
                        .get("/api/audit?action=workload.limits_changed&limit=1000")
                        .list())
                .hasSize(3)
                .first()
                .satisfies(event -> assertThat(event.get("details"))
                        .isEqualTo(Map.of("slug", "bot", "old_limits", "tokens_per_minute=1000", "limits", "none")));
    }

    @Test
    void aDeployScriptNeitherSeesNorLiftsThem() {
        developer.put(LIMITS, Map.of("requests_per_minute", 1)).expect(200);
        ApiClient token = manager.as(manager.token(acme));
        Reply before = token.get(BOT).expect(200);
        assertThat(before.json()).doesNotContainKey("limits");
        token.get(LIMITS).expect(403, "scope_insufficient");
        token.put(LIMITS, Map.of()).expect(403, "scope_insufficient");
        token.unchecked().patch(BOT, Map.of("limits", Map.of())).expect(400, "invalid_request");
        token.patch(BOT, Map.of("name", "Bot")).expect(200);
        assertThat(developer.get(LIMITS).json()).containsEntry("requests_per_minute", 1);
    }

    @Test
    void whatIsDeletedHasNoneWhenItComesAgain() {
        developer.put(LIMITS, Map.of("requests_per_minute", 1)).expect(200);
        developer.delete(BOT).expect(204);
        developer.get(LIMITS).expect(404, "workload_not_found");
        developer.put(LIMITS, Map.of()).expect(404, "workload_not_found");
        manager.workload(acme, "bot");
        assertThat(developer.get(LIMITS).json()).containsEntry("requests_per_minute", null);
    }

    @Test
    void aLimitThatMeansNothingIsRefused() {
        assertThat(developer
                        .unchecked()
                        .put(LIMITS, Map.of("requests_per_minute", 0))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("requests_per_minute");
    }
}
