package dev.inferencekey.server.dashboard.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestBrowser.Shown;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import dev.inferencekey.server.manager.http.JsonBody;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Declaring and changing workloads on pages. */
@Tag("slow")
final class WorkloadFormTest {
    private static final String WORKLOADS = "/projects/acme/workloads";
    private static final String BOT = WORKLOADS + "/bot";
    private static final String UNCHANGED = "Nothing will change.";

    private final TestDashboard dashboard = new TestDashboard();
    private final Project acme = dashboard.project("acme");
    private final TestBrowser developer = dashboard.as(acme, Role.DEVELOPER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    @Test
    void planningANewWorkloadMakesNothing() {
        Shown plan = developer.post(WORKLOADS, simulator("Bot")).expect(200);

        assertThat(plan.body()).contains("What will be made", "/endpoint/acme/bot/v1");
        assertThat(dashboard.plane.workloads().find(acme, "bot")).isEmpty();
    }

    @Test
    void savingThePlanMakesTheWorkload() {
        Shown plan = developer.post(WORKLOADS, simulator("Bot", "config.ttft_ms", "300"));

        Shown saved = developer.post(WORKLOADS, saving(plan)).expect(303);

        assertThat(saved.location()).isEqualTo(BOT);
        assertThat(bot().config()).isEqualTo(Map.of("ttft_ms", 300));
    }

    @Test
    void savingThePlanTwiceMakesOneWorkload() {
        Map<String, String> save = saving(developer.post(WORKLOADS, simulator("Bot")));

        developer.post(WORKLOADS, save).expect(303);
        developer.post(WORKLOADS, save).expect(303);

        assertThat(dashboard.plane.workloads().listAll(acme)).hasSize(1);
    }

    @Test
    void theNewPlanNamesKeysThatCanCallItAtOnce() {
        key("waits for it", Grants.ofWorkloads(Set.of("bot")));
        key("calls another", Grants.ofWorkloads(Set.of("other")));
        key("calls everything", Grants.ofEntireProject());

        Shown plan = developer.post(WORKLOADS, simulator("Bot"));

        assertThat(plan.body()).contains("waits for it", "calls everything").doesNotContain("calls another");
    }

    @Test
    void aSlugThatIsTakenIsRefusedAtItsField() {
        declare("{\"name\": \"Bot\", \"slug\": \"bot\", \"backend\": \"simulator\", \"model_name\": \"sim\"}");

        Shown form =
                developer.post(WORKLOADS, simulator("Another", "slug", "Bot")).expect(400);

        assertThat(form.body()).contains("id=\"wrong-slug\"", "exists already");
        assertThat(form.fields()).containsEntry("name", "Another").containsEntry("slug", "Bot");
    }

    @Test
    void whatWasTypedComesBackWithTheProblemAtItsField() {
        Map<String, String> typed = new LinkedHashMap<>(simulator("Bot"));
        typed.put("backend", "llamacpp");
        typed.put("description", "one\r\ntwo");
        typed.put("task_type", "embedding");
        typed.put("config.command", "llama-server --port 1\r\n  --ctx 2");
        typed.put("config.base_url", "http://typed-before-the-backend-was-changed");
        typed.put("config_other", "{\"env\": {\"OMP_NUM_THREADS\":   \"1\"}}");
        typed.put("worker_id", "wrk_1");
        typed.put("execution_policy", "scheduled");
        typed.put("execution_policy_config", "{\"cron\": \"0 2 * * *\"}");

        Shown form = developer.post(WORKLOADS, typed).expect(400);

        assertThat(form.body()).contains("id=\"wrong-config.command\"", "must not set --port");
        assertThat(form.fields()).containsAllEntriesOf(typed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name",
                "model_name",
                "slug",
                "description",
                "config.command",
                "config_other",
                "worker_id",
                "execution_policy_config",
                "backend",
                "task_type",
                "execution_policy"
            })
    void markupInAnyFieldIsShownAsText(String field) {
        String markup = "\"></textarea><script>alert(1)</script><img src=x>";
        Map<String, String> typed = new LinkedHashMap<>(simulator("Bot", field, markup));

        String planned = developer.post(WORKLOADS, typed).body();
        typed.put("step", "edit");
        String form = developer.post(WORKLOADS, typed).body();

        assertThat(planned).doesNotContain("<script>alert", "<img src=x>");
        assertThat(form).doesNotContain("<script>alert", "<img src=x>");
    }

    @Test
    void markupThatWasDeclaredElsewhereIsShownAsTextOnEveryPage() {
        String markup = "\\\"></pre></textarea><script>alert(1)</script>";
        declare("""
                {"name": "%1$s", "slug": "bot", "description": "%1$s", "backend": "llamacpp", "model_name": "%1$s",
                 "worker_id": "%1$s", "config": {"command": "llama-server -m '%1$s'"}}
                """.formatted(markup));

        for (String path : new String[] {WORKLOADS, BOT, BOT + "/edit", BOT + "/delete", BOT + "/state"}) {
            assertThat(developer.get(path).expect(200).body()).as(path).doesNotContain("<script>alert");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"backend\": \"simulator\", \"config\": {\"ttft_ms\": 1.0, \"tokens_per_second\": 1e2, \"output_tokens\": null}",
                "\"backend\": \"simulator\", \"config\": {}",
                "\"backend\": \"simulator\"",
                "\"backend\": \"llamacpp\", \"config\": {\"command\": \"llama-server \\\\\\r\\n -m  'a b'\", \"env\": {\"OMP_NUM_THREADS\": \"2\"}}",
                "\"backend\": \"llamacpp\", \"config\": {\"command\": \"\\n llama-server -m a \\n\"}",
                "\"backend\": \"vllm\", \"config\": {\"command\": \"vllm serve x\", \"vllm_version\": \"0.11.0\"}",
                "\"backend\": \"sglang\", \"config\": {\"command\": \"sglang serve --model  org/m\", \"env\": null}",
                "\"backend\": \"external\", \"config\": {\"base_url\": \"http://127.0.0.1:9/v1\", \"secret_ref\": \"hf\"}",
                "\"backend\": \"ollama\", \"config\": {\"env\": {\"OLLAMA_NUM_PARALLEL\": \"2\", \"CUDA_VISIBLE_DEVICES\": \"0\"}}",
                "\"backend\": \"ollama\", \"description\": \" a\\r\\nb \", \"worker_id\": \" w \", \"execution_policy\": \"autoscaling\", \"execution_policy_config\": {\"max_workers\": 2.0}",
                "\"backend\": \"ollama\", \"execution_policy_config\": {\"replicas\": 3}"
            })
    void editingWithoutAChangeChangesNothing(String declared) {
        Workload before = declare("{\"name\": \" Bot \", \"slug\": \"bot\", \"model_name\": \"m \", " + declared + "}");
        dashboard.time.advance(Duration.ofMinutes(1));
        Map<String, String> form = developer.get(BOT + "/edit").expect(200).fields();

        Shown plan = developer.post(BOT, form).expect(200);
        form.put("step", "save");
        developer.post(BOT, form).expect(303);

        assertThat(plan.body()).contains(UNCHANGED);
        assertThat(bot()).isEqualTo(before);
    }

    @Test
    void changingOneFieldChangesNoOther() {
        Workload before = declare("""
                {"name": "Bot", "slug": "bot", "description": " a\\r\\nb ", "backend": "llamacpp", "model_name": "m",
                 "config": {"command": "llama-server\\r\\n-m a", "env": {"OMP_NUM_THREADS": "2"}}}
                """);
        Map<String, String> form = developer.get(BOT + "/edit").fields();
        form.put("name", "Better bot");
        Shown plan = developer.post(BOT, form).expect(200);

        developer.post(BOT, saving(plan)).expect(303);

        Map<String, Object> expected = new LinkedHashMap<>(WorkloadRules.wire(before));
        expected.put("name", "Better bot");
        assertThat(WorkloadRules.wire(bot())).isEqualTo(expected);
        assertThat(bot().revision()).isEqualTo(before.revision());
        assertThat(plan.body())
                .contains("Nothing that runs is touched", "Better bot")
                .doesNotContain("config.command");
    }

    @Test
    void thePlanSaysWhenWhatRunsIsReplaced() {
        declare("{\"name\": \"Bot\", \"slug\": \"bot\", \"backend\": \"simulator\", \"model_name\": \"m\"}");
        Map<String, String> form = developer.get(BOT + "/edit").fields();
        form.put("config.ttft_ms", "10");

        Shown plan = developer.post(BOT, form).expect(200);

        assertThat(plan.body()).contains("What runs is replaced", "config.ttft_ms");
    }

    @Test
    void optionalFieldsCanBeEmptied() {
        declare("""
                {"name": "Bot", "slug": "bot", "description": "d", "backend": "simulator", "model_name": "m",
                 "config": {"ttft_ms": 5}, "worker_id": "w"}
                """);
        Map<String, String> form = developer.get(BOT + "/edit").fields();
        form.put("description", "");
        form.put("worker_id", "");
        form.put("config.ttft_ms", "");

        developer.post(BOT, saving(developer.post(BOT, form))).expect(303);

        assertThat(bot().description()).isNull();
        assertThat(bot().workerId()).isNull();
        assertThat(bot().config()).isEmpty();
    }

    @Test
    void aChangeOfSomebodyElseIsPlannedAnewBeforeItIsUndone() {
        Workload before =
                declare("{\"name\": \"Bot\", \"slug\": \"bot\", \"backend\": \"simulator\", \"model_name\": \"m\"}");
        Map<String, String> form = developer.get(BOT + "/edit").fields();
        form.put("name", "Mine");
        Map<String, String> save = saving(developer.post(BOT, form));
        dashboard.time.advance(Duration.ofSeconds(1));
        dashboard
                .plane
                .workloads()
                .update(TestDashboard.OPERATOR, before, WorkloadRules.patch(Map.of("description", "theirs")));

        Shown anew = developer.post(BOT, save).expect(409);

        assertThat(anew.body()).contains("Somebody changed this workload", "theirs");
        assertThat(bot().name()).isEqualTo("Bot");
        developer.post(BOT, saving(anew)).expect(303);
        assertThat(bot().name()).isEqualTo("Mine");
        assertThat(bot().description()).isNull();
    }

    @Test
    void aMemberOfConfigIsNotTakenTwice() {
        Shown form = developer
                .post(WORKLOADS, simulator("Bot", "config.ttft_ms", "5", "config_other", "{\"ttft_ms\": 6}"))
                .expect(400);

        assertThat(form.body()).contains("id=\"wrong-config_other\"", "ttft_ms is there twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{} {}", "{\"a\": 1, \"a\": 2}", "nonsense"})
    void jsonThatIsNoneIsRefusedAtItsField(String json) {
        Shown form = developer
                .post(WORKLOADS, simulator("Bot", "execution_policy", "fixed", "execution_policy_config", json))
                .expect(400);

        assertThat(form.body()).contains("id=\"wrong-execution_policy_config\"");
        assertThat(form.fields()).containsEntry("execution_policy_config", json);
    }

    @Test
    void showsWhereAWorkloadWillBeCalledWhileItIsTyped() {
        Shown preview = developer
                .get(WORKLOADS + "/new/slug?name=Gemma+4+26B+%28x%29&slug=")
                .expect(200);

        assertThat(preview.body()).contains("/endpoint/acme/gemma-4-26b-x/v1").doesNotContain("<html");
    }

    private Map<String, String> simulator(String name, String... more) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("task_type", "text2text");
        fields.put("backend", "simulator");
        fields.put("model_name", "sim");
        for (int i = 0; i < more.length; i += 2) {
            fields.put(more[i], more[i + 1]);
        }
        return fields;
    }

    private static Map<String, String> saving(Shown plan) {
        Map<String, String> fields =
                plan.expect(plan.status() == 409 ? 409 : 200).fields();
        fields.put("step", "save");
        return fields;
    }

    private Workload declare(String json) {
        return dashboard
                .plane
                .workloads()
                .create(
                        TestDashboard.OPERATOR,
                        acme,
                        WorkloadRules.declaration(JsonBody.parse(json.getBytes(StandardCharsets.UTF_8))))
                .workload();
    }

    private Workload bot() {
        return dashboard.plane.workloads().get(acme, "bot");
    }

    private void key(String name, Grants grants) {
        dashboard.plane.keys().mint(TestDashboard.OPERATOR, acme, name, grants, null, Limits.NONE);
    }
}
