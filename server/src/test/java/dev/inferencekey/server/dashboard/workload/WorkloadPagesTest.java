package dev.inferencekey.server.dashboard.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestBrowser.Shown;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.inference.TestUsage;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.store.PageRequest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of workloads, the page of each, the playground's key, and the end. */
@Tag("slow")
final class WorkloadPagesTest {
    private static final String WORKLOADS = "/projects/acme/workloads";
    private static final String BOT = WORKLOADS + "/bot";

    private final TestDashboard dashboard = new TestDashboard();
    private final Project acme = dashboard.project("acme");
    private final TestBrowser developer = dashboard.as(acme, Role.DEVELOPER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    @Test
    void listsWhatEachWorkloadIsAndHowItStands() {
        Workload bot = declare("bot");
        dashboard.runtime.tell(bot.id(), ReadinessPhase.READY, "1 of 1 replicas ready");

        assertThat(developer.get(WORKLOADS).expect(200).body())
                .contains("href=\"" + BOT + "\"", "text2text", "simulator", "ik-state-ready", "1 of 1");
    }

    @Test
    void listsAPieceAtATime() {
        for (int i = 0; i < 51; i++) {
            declare("bot-" + i);
        }

        String first = developer.get(WORKLOADS).expect(200).body();
        int cursor = first.indexOf("?cursor=") + "?cursor=".length();
        String next = developer
                .get(WORKLOADS + "?cursor=" + first.substring(cursor, first.indexOf('"', cursor)))
                .expect(200)
                .body();

        assertThat(first).contains("/bot-49\"").doesNotContain("/bot-50\"");
        assertThat(next).contains("/bot-50\"").doesNotContain("/bot-49\"");
    }

    @Test
    void showsItsReplicasOneByOne() {
        declare("bot");
        Instant start = dashboard.time.instant();
        dashboard.runtime.replicas = List.of(
                new RunningReplica("rep_1", "node-a", RunningReplica.State.READY, "", true, start, start, 12),
                new RunningReplica(
                        "rep_2", "node-b", RunningReplica.State.STARTING, "loads <b>it</b>", false, start, null, 0));

        assertThat(developer.get(BOT + "/state").expect(200).body())
                .contains(
                        "rep_1",
                        ">node-a<",
                        ">node-b<",
                        "earlier declaration",
                        ">12<",
                        "ik-state-starting",
                        "loads &lt;b&gt;it&lt;/b&gt;");
    }

    @Test
    void showsHowAWorkloadStandsWithoutAScript() {
        Workload bot = declare("bot");
        dashboard.runtime.tell(bot.id(), ReadinessPhase.BOOTSTRAPPING, "loads the model");

        assertThat(developer.get(BOT).expect(200).body()).contains("data-phase=\"bootstrapping\"", "loads the model");
        assertThat(developer.get(BOT + "/state").expect(200).body())
                .contains("data-phase=\"bootstrapping\"", "model_load")
                .doesNotContain("<html");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/log"})
    void theLogShowsNoCredential(String page) {
        declare("bot");
        String key = LiveKey.mint(new SecureRandom()).reveal();
        dashboard.runtime.logLines = List.of("<b>key</b> " + key, "cut off " + key.substring(0, 30));

        String body = developer.get(BOT + page).expect(200).body();

        assertThat(body).contains("&lt;b&gt;key", "cut off").doesNotContain(key, key.substring(8, 30), "<b>key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/log"})
    void theLogSaysWhichNodesHaveMore(String page) {
        declare("bot");
        dashboard.runtime.missingLogs = List.of(new LogTail.Missing("node-a", "What node-a has is missing."));

        assertThat(developer.get(BOT + page).expect(200).body())
                .contains("What node-a has is missing.")
                .doesNotContain("nothing was printed");
    }

    @Test
    void theLogIsBounded() {
        declare("bot");
        dashboard.runtime.logLines = java.util.stream.IntStream.range(0, 300)
                .mapToObj(i -> "line " + i + "." + "x".repeat(5_000))
                .toList();

        String body = developer.get(BOT + "/log").expect(200).body();

        assertThat(body).contains("line 299.", "line 100.").doesNotContain("line 99.");
        assertThat(body.length()).isLessThan(250_000);
    }

    @ParameterizedTest
    @EnumSource(TaskType.class)
    void everyTaskHasATextToCopyThatNamesThisWorkloadAndNoKey(TaskType task) {
        List<Snippets.Snippet> snippets = new Snippets("https://ik.example", "acme", "bot").of(task);

        assertThat(snippets).isNotEmpty().allSatisfy(snippet -> {
            assertThat(snippet.text()).contains("INFERENCEKEY_API_KEY").doesNotContain("ik_live_", "%s");
            assertThat(snippet.text()).contains("https://ik.example");
        });
        assertThat(snippets.stream().map(Snippets.Snippet::id)).doesNotHaveDuplicates();
        assertThat(snippets.stream().map(Snippets.Snippet::text)).anyMatch(text -> text.contains("/acme/bot"));
    }

    @Test
    void showsTheRequestsOfThisWorkloadAloneAndItsErrorsApart() {
        Workload bot = declare("bot");
        Workload other = declare("other");
        dashboard.store.<Boolean>write(session -> {
            session.usage().append(List.of(record("r1", bot, 200), record("r2", bot, 503), record("r3", other, 500)));
            return true;
        });

        String body = developer.get(BOT).expect(200).body();

        assertThat(body).containsOnlyOnce("req-r1").doesNotContain("req-r3");
        assertThat(body.split("req-r2", -1)).as("in both tables").hasSize(3);
    }

    @Test
    void limitsAreShownAndChanged() {
        Workload bot = declare("bot");

        developer
                .post(BOT + "/limits", Map.of("requests_per_minute", "60", "tokens_per_minute", ""))
                .expect(303);
        Shown wrong = developer
                .post(BOT + "/limits", Map.of("requests_per_minute", "many"))
                .expect(400);

        assertThat(dashboard.plane.workloadLimits().get(bot)).isEqualTo(new Limits(60, null, null));
        assertThat(developer.get(BOT).fields()).containsEntry("requests_per_minute", "60");
        assertThat(wrong.body()).contains("must be a whole number");
        assertThat(wrong.fields()).containsEntry("requests_per_minute", "many");
    }

    @Test
    void aViewerSeesEverythingAndIsOfferedNoChange() {
        declare("bot");
        TestBrowser viewer = dashboard.as(acme, Role.VIEWER);

        assertThat(viewer.get(WORKLOADS).expect(200).body()).doesNotContain("/workloads/new");
        assertThat(viewer.get(BOT).expect(200).body())
                .contains("Recent requests")
                .doesNotContain("bot/edit", "bot/delete", "bot/limits", "Make a key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/bot", "/bot/limits", "/bot/delete", "/bot/playground-key"})
    void aViewerChangesNothing(String path) {
        Workload bot = declare("bot");
        TestBrowser viewer = dashboard.as(acme, Role.VIEWER);

        viewer.post(WORKLOADS + path, Map.of("step", "save", "confirmation", "bot", "name", "x"))
                .expect(403);

        assertThat(dashboard.plane.workloads().get(acme, "bot")).isEqualTo(bot);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/bot", "/bot/limits", "/bot/delete", "/bot/playground-key"})
    void aFormOfAnotherSiteChangesNothing(String path) {
        Workload bot = declare("bot");

        developer
                .postAsIs(WORKLOADS + path, Map.of("step", "save", "confirmation", "bot", "name", "x"))
                .expect(403);

        assertThat(dashboard.plane.workloads().get(acme, "bot")).isEqualTo(bot);
        assertThat(dashboard.plane.keys().list(acme, PageRequest.first()).items())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/edit", "/delete", "/state", "/log"})
    void anUnknownSlugIsAPageThatSaysSo(String page) {
        Shown shown = developer.get(WORKLOADS + "/nobody" + page).expect(404);

        assertThat(shown.body()).contains("<html", "there is no workload");
    }

    @Test
    void aWorkloadThatIsCalledLikeAPageIsFound() {
        declare("new");

        assertThat(developer.get(WORKLOADS).body()).contains("href=\"" + WORKLOADS + "/new/detail\"");
        assertThat(developer.get(WORKLOADS + "/new").body()).contains("href=\"" + WORKLOADS + "/new/detail\"");
        assertThat(developer.get(WORKLOADS + "/new/detail").expect(200).body()).contains("Playground");
    }

    @Test
    void thePlaygroundsKeyOpensThisWorkloadForMinutes() {
        declare("bot");

        Shown minted = developer.postByScript(BOT + "/playground-key").expect(201);

        IssuedApiKey key =
                dashboard.plane.keys().list(acme, PageRequest.first()).items().getFirst();
        assertThat(key.name()).isEqualTo("playground of developer@acme.example");
        assertThat(key.grants()).isEqualTo(Grants.ofWorkloads(Set.of("bot")));
        assertThat(key.expiresAt()).isEqualTo(dashboard.time.instant().plus(PlaygroundRoutes.LIFETIME));
        assertThat(key.limits()).isEqualTo(PlaygroundRoutes.LIMITS);
        assertThat(minted.body())
                .contains("\"credential\":\"ik_live_" + key.currentSecret().publicId());
        assertThat(minted.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(developer.get(BOT).body())
                .doesNotContain("ik_live_" + key.currentSecret().publicId());
    }

    @Test
    void deletingListsTheKeysThatStopAndTakesTheSlug() {
        declare("bot");
        key("names it", Grants.ofWorkloads(Set.of("bot")));
        key("names another", Grants.ofWorkloads(Set.of("other")));
        IssuedApiKey revoked = key("was revoked", Grants.ofEntireProject());
        dashboard.plane.keys().revoke(TestDashboard.OPERATOR, acme, revoked.id(), false);

        Shown page = developer.get(BOT + "/delete").expect(200);
        developer.post(BOT + "/delete", Map.of("confirmation", "other")).expect(400);

        assertThat(page.body()).contains("names it").doesNotContain("names another", "was revoked");
        assertThat(dashboard.plane.workloads().find(acme, "bot")).isPresent();
        assertThat(developer
                        .post(BOT + "/delete", Map.of("confirmation", "bot"))
                        .expect(303)
                        .location())
                .isEqualTo(WORKLOADS);
        assertThat(dashboard.plane.workloads().find(acme, "bot")).isEmpty();
    }

    private Workload declare(String slug) {
        return dashboard
                .plane
                .workloads()
                .create(
                        TestDashboard.OPERATOR,
                        acme,
                        WorkloadRules.declaration(
                                Map.of("name", slug, "slug", slug, "backend", "simulator", "model_name", "sim")))
                .workload();
    }

    private IssuedApiKey key(String name, Grants grants) {
        return dashboard
                .plane
                .keys()
                .mint(TestDashboard.OPERATOR, acme, name, grants, null, Limits.NONE)
                .key();
    }

    private UsageRecord record(String id, Workload workload, int status) {
        return TestUsage.of(id, dashboard.time.instant())
                .requestId("req-" + id)
                .workload(workload.id(), workload.slug())
                .status(status)
                .streamed()
                .record();
    }
}
