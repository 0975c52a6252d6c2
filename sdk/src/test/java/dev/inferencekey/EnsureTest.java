package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.contract.workload.FieldDifference;
import dev.inferencekey.contract.workload.JsonValues;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.contract.workload.WorkloadField;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class EnsureTest {
    private static final EndpointRef BOT = new EndpointRef("acme", "support-bot");

    private final FakeServer server = new FakeServer();
    private final FakeControlPlane plane = new FakeControlPlane();
    private final ManagementClient client = Clients.management(server).build();

    EnsureTest() {
        server.always(plane);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static Map<String, Object> live() {
        return Map.of(
                "name", "Support bot",
                "slug", "support-bot",
                "backend", "vllm",
                "model_name", "google/gemma-4-26b",
                "description", "set by hand");
    }

    private static WorkloadSpec drifted() {
        return Clients.spec().model("google/gemma-4-31b").build();
    }

    @ParameterizedTest
    @EnumSource(OnDrift.class)
    void createsWhatIsAbsentUnlessItIsADryRun(OnDrift onDrift) {
        EndpointRef ref = client.ensure(Clients.spec().build(), onDrift);

        assertThat(ref).isEqualTo(BOT);
        assertThat(plane.created()).isEqualTo(onDrift == OnDrift.DRY_RUN ? 0 : 1);
    }

    @ParameterizedTest
    @EnumSource(OnDrift.class)
    void leavesWhatIsInSync(OnDrift onDrift) {
        plane.put("acme", live());

        EndpointRef ref = client.ensure(Clients.spec().build(), onDrift);

        assertThat(ref).isEqualTo(BOT);
        assertThat(plane.changes()).isEmpty();
    }

    @Test
    void patchesOnlyWhatDiffers() {
        plane.put("acme", live());

        client.ensure(drifted());

        assertThat(plane.changes()).containsExactly("PATCH {\"model_name\":\"google/gemma-4-31b\"}");
    }

    @Test
    void changesNothingTheSecondTime() {
        WorkloadSpec spec = Clients.spec()
                .config(Map.of("ratio", 0.10, "list", List.of(1, 2.0), "none", Map.of()))
                .build();

        client.ensure(spec);
        client.ensure(spec);
        client.ensure(drifted());
        client.ensure(drifted());

        assertThat(plane.changes()).hasSize(2);
    }

    @Test
    void failsOnDriftIfToldTo() {
        plane.put("acme", live());

        assertThatExceptionOfType(DriftException.class)
                .isThrownBy(() -> client.ensure(drifted(), OnDrift.FAIL))
                .withMessage(
                        "validation error: workload \"support-bot\" in project \"acme\" differs from its declaration:"
                                + " model_name: \"google/gemma-4-26b\" → \"google/gemma-4-31b\"")
                .satisfies(e -> {
                    assertThat(e.differences())
                            .extracting(FieldDifference::field)
                            .containsExactly(WorkloadField.MODEL_NAME);
                    assertThat(e).isInstanceOf(ValidationException.class);
                    assertThat(e.statusCode()).isZero();
                });
        assertThat(plane.changes()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = OnDrift.class,
            names = {"DRY_RUN", "WARN", "IGNORE"})
    void changesNothingInTheOtherModes(OnDrift onDrift) {
        plane.put("acme", live());
        try (CapturedLog log = new CapturedLog()) {
            assertThat(client.ensure(drifted(), onDrift)).isEqualTo(BOT);

            String plan = "update acme/support-bot: model_name: \"google/gemma-4-26b\" → \"google/gemma-4-31b\"";
            assertThat(log.lines())
                    .isEqualTo(
                            switch (onDrift) {
                                case WARN ->
                                    List.of("WARNING workload differs from its declaration, nothing is changed: plan="
                                            + plan);
                                case DRY_RUN -> List.of("INFO dry run, nothing is changed: plan=" + plan);
                                default -> List.of();
                            });
        }
        assertThat(plane.changes()).isEmpty();
    }

    @Test
    void takesTheNewPolicysConfigAlong() {
        plane.put(
                "acme",
                Map.of(
                        "name", "Support bot",
                        "slug", "support-bot",
                        "backend", "vllm",
                        "model_name", "google/gemma-4-26b",
                        "execution_policy", "fixed",
                        "execution_policy_config", Map.of("replicas", 1)));

        client.ensure(Clients.spec()
                .executionPolicy("scheduled")
                .executionPolicyConfig(Map.of("replicas", 1))
                .build());

        String patch = plane.changes().get(0).substring("PATCH ".length());
        assertThat(JsonValues.equal(
                        Golden.parse(patch.getBytes(StandardCharsets.UTF_8)),
                        Map.of("execution_policy", "scheduled", "execution_policy_config", Map.of("replicas", 1))))
                .as(patch)
                .isTrue();
    }

    @Test
    void saysThatATaskTypeCannotBeReconciled() {
        plane.put("acme", live());
        WorkloadSpec spec =
                Clients.spec().taskType(TaskType.EMBEDDING).model("other").build();

        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> client.ensure(spec))
                .withMessageContainingAll(
                        "workload \"support-bot\" can't be reconciled",
                        "task_type: \"text2text\" → \"embedding\"",
                        "delete");
        assertThat(plane.changes()).isEmpty();
        assertThat(client.plan(spec).isReconcilable()).isFalse();
    }

    @Test
    void plansWithoutDoing() {
        WorkloadSpec spec = Clients.spec().build();
        assertThat(client.plan(spec).action()).isEqualTo(EnsurePlan.Action.CREATE);
        assertThat(client.plan(spec)).hasToString("create acme/support-bot");
        plane.put("acme", live());
        assertThat(client.plan(spec).action()).isEqualTo(EnsurePlan.Action.UNCHANGED);

        EnsurePlan update = client.plan(drifted());

        assertThat(update.action()).isEqualTo(EnsurePlan.Action.UPDATE);
        assertThat(update.isReconcilable()).isTrue();
        assertThat(update.differences()).extracting(FieldDifference::field).containsExactly(WorkloadField.MODEL_NAME);
        assertThat(plane.changes()).isEmpty();
    }

    @Test
    void looksUpByTheCanonicalSlug() {
        plane.put("acme", live());

        EndpointRef ref = client.ensure(Clients.spec().slug("Support Bot!").build());

        assertThat(ref).isEqualTo(BOT);
        assertThat(plane.changes()).isEmpty();
    }

    @Test
    void prefersTheOptionsProjectThenTheSpecsThenTheClients() {
        WorkloadSpec spec = Clients.spec().project("of-spec").build();

        assertThat(client.ensure(spec, EnsureOptions.defaults().withProject("of-options"))
                        .projectSlug())
                .isEqualTo("of-options");
        assertThat(client.ensure(spec, EnsureOptions.defaults().withProject(" "))
                        .projectSlug())
                .isEqualTo("of-spec");
        assertThat(client.ensure(Clients.spec().build()).projectSlug()).isEqualTo("acme");
    }

    @Test
    void learnsTheSlugOfAProjectThatWasGivenByItsId() {
        EnsureOptions byId = EnsureOptions.defaults().withProject("proj_01h9");

        assertThat(client.ensure(Clients.spec().build(), byId)).isEqualTo(BOT);
        assertThat(client.ensure(Clients.spec().build(), byId)).isEqualTo(BOT);
        assertThat(plane.created()).isEqualTo(1);
    }

    @Test
    void findsWorkloadsInTheListOfServersWithoutARouteBySlug() {
        plane.knowsSlugs = false;

        client.ensure(Clients.spec().build());
        client.ensure(drifted());

        assertThat(plane.created()).isEqualTo(1);
        assertThat(plane.changes()).hasSize(2);
    }

    @Test
    void goesOnAfterLosingARaceToCreate() {
        server.next((request, answer) -> {
            // Between the look and the POST, somebody else creates it, with another model.
            answer.json(404, "{\"error\":\"workload_not_found\",\"message\":\"no\"}");
            plane.put("acme", live());
        });

        client.ensure(drifted());

        assertThat(server.requests())
                .extracting(FakeServer.Request::method)
                .containsExactly("GET", "POST", "GET", "PATCH");
        assertThat(plane.changes()).containsExactly("PATCH {\"model_name\":\"google/gemma-4-31b\"}");
    }

    @Test
    void acceptsThatTheSameWasCreatedMeanwhile() {
        server.next((request, answer) -> {
            answer.json(404, "{\"error\":\"workload_not_found\",\"message\":\"no\"}");
            plane.put("acme", live());
        });

        client.ensure(Clients.spec().build(), OnDrift.FAIL);

        assertThat(plane.changes()).isEmpty();
    }

    @Test
    void createsAgainWhatVanishedBeforeTheChange() {
        plane.put("acme", live());
        server.next(plane);
        server.nextJson(404, "{\"error\":\"workload_not_found\",\"message\":\"gone\"}");
        server.nextJson(404, "{\"error\":\"workload_not_found\",\"message\":\"gone\"}");
        server.nextJson(201, Golden.text("control/workload-created.response.json"));

        assertThat(client.ensure(drifted())).isEqualTo(BOT);
        assertThat(server.requests())
                .extracting(FakeServer.Request::method)
                .containsExactly("GET", "PATCH", "GET", "POST");
    }

    @Test
    void givesUpOnAWorkloadThatKeepsAppearingAndVanishing() {
        server.always((request, answer) -> {
            boolean look = request.method().equals("GET");
            answer.json(look ? 404 : 409, look ? "{\"error\":\"workload_not_found\"}" : "{\"error\":\"slug_taken\"}");
        });

        assertThatExceptionOfType(ConflictException.class)
                .isThrownBy(() -> client.ensure(Clients.spec().build()))
                .withMessageContaining("keeps appearing and vanishing");
    }

    @Test
    void readsTheGoldenWorkloadAsInSyncWithTheGoldenRequest() {
        server.nextJson(200, Golden.text("control/workload.response.json"));
        WorkloadSpec spec = Clients.spec()
                .description("Answers tickets before a person does")
                .taskType("text2text")
                .command("vllm serve google/gemma-4-26b --max-model-len 8192 --gpu-memory-utilization 0.92")
                .vllmVersion("0.11.0")
                .workerId("wrk_7c1f")
                .gpuResourceId("gpu_0")
                .executionPolicy("fixed")
                .executionPolicyConfig(Map.of("replicas", 1))
                .build();

        assertThat(client.plan(spec).action()).isEqualTo(EnsurePlan.Action.UNCHANGED);
    }

    @Test
    void createsOnceHoweverManyEnsureAtOnce() throws Exception {
        int threads = 50;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch go = new CountDownLatch(1);
        try {
            List<Future<EndpointRef>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                results.add(pool.submit(() -> {
                    go.await();
                    return client.ensure(Clients.spec().build());
                }));
            }
            go.countDown();
            for (Future<EndpointRef> result : results) {
                assertThat(result.get(30, TimeUnit.SECONDS)).isEqualTo(BOT);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(plane.created()).isEqualTo(1);
        assertThat(plane.changes()).hasSize(1);
    }

    @Test
    void worksWithoutWaitingToo() throws Exception {
        assertThat(client.ensureAsync(Clients.spec().build()).get(20, TimeUnit.SECONDS))
                .isEqualTo(BOT);
        assertThat(client.ensureAsync(drifted(), OnDrift.IGNORE).get(20, TimeUnit.SECONDS))
                .isEqualTo(BOT);
        assertThat(client.planAsync(drifted()).get(20, TimeUnit.SECONDS).action())
                .isEqualTo(EnsurePlan.Action.UPDATE);
        assertThat(client.planAsync(drifted(), EnsureOptions.defaults())
                        .get(20, TimeUnit.SECONDS)
                        .action())
                .isEqualTo(EnsurePlan.Action.UPDATE);
        assertThat(client.ensureAsync(drifted(), EnsureOptions.defaults()).get(20, TimeUnit.SECONDS))
                .isEqualTo(BOT);
        assertThat(client.getAsync("support-bot").get(20, TimeUnit.SECONDS).modelName())
                .isEqualTo("google/gemma-4-31b");
        assertThat(client.listAsync().get(20, TimeUnit.SECONDS)).hasSize(1);
        assertThat(client.deleteAsync("support-bot").get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(client.deleteAsync("support-bot").get(20, TimeUnit.SECONDS)).isFalse();
    }
}
