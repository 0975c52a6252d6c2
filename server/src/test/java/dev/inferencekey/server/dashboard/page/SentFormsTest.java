package dev.inferencekey.server.dashboard.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestBrowser.Shown;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class SentFormsTest {
    private static final String KEYS = "/projects/acme/keys";
    private static final Map<String, String> KEY =
            Map.of("name", "shop", "access", "entire", "expiry", "never", "rpm", "");

    private final TestDashboard dashboard = new TestDashboard();
    private final Project acme = dashboard.project("acme");
    private final TestBrowser browser = dashboard.as(acme, Role.OWNER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private int keys() {
        return dashboard
                .plane
                .keys()
                .list(acme, KeyFilter.ALL, new PageRequest(100, null))
                .items()
                .size();
    }

    @Test
    void aFormThatIsSentAgainMakesNothingMore() {
        assertThat(browser.post(KEYS, KEY).expect(200).body()).contains("ik_live_");

        Shown again = browser.post(KEYS, KEY).expect(303);

        assertThat(again.location()).startsWith(KEYS + "/key_").endsWith("?again=true");
        assertThat(browser.get(again.location()).expect(200).body())
                .contains("the same form a second time")
                .doesNotContainPattern("ik_live_[0-9a-f]{8}_");
        assertThat(keys()).isEqualTo(1);
    }

    @Test
    void anotherFormIsAnotherKeyAndOneThatWasWrongCanBeSentAgain() {
        browser.post(KEYS, KEY).expect(200);
        browser.post(KEYS, Map.of("name", "other", "access", "entire", "expiry", "never"))
                .expect(200);
        Map<String, String> wrong = Map.of("name", "", "access", "entire", "expiry", "never");
        browser.post(KEYS, wrong).expect(400);
        browser.post(KEYS, wrong).expect(400);

        assertThat(keys()).isEqualTo(2);
    }

    @Test
    void anotherPersonsFormIsAnother() {
        browser.post(KEYS, KEY).expect(200);

        dashboard.as(acme, Role.ADMIN).post(KEYS, KEY).expect(200);

        assertThat(keys()).isEqualTo(2);
    }

    @Test
    void ofManyThatComeAtOnceOneMakesTheKey() throws Exception {
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> sending = IntStream.range(0, 12)
                    .mapToObj(i ->
                            (Callable<Integer>) () -> browser.post(KEYS, KEY).status())
                    .toList();
            List<Integer> statuses = senders.invokeAll(sending).stream()
                    .map(Future::resultNow)
                    .sorted()
                    .toList();
            assertThat(statuses).startsWith(200, 303).hasSize(12);
        }

        assertThat(keys()).isEqualTo(1);
    }

    @Test
    void aRotationAnSdkTokenAndAnInvitationAreMadeOnce() {
        browser.post(KEYS, KEY).expect(200);
        String key = browser.post(KEYS, KEY).location().replace("?again=true", "");
        Map<String, String> overlap = Map.of("overlap_seconds", "3600");
        browser.post(key + "/rotate", overlap).expect(200);
        assertThat(browser.post(key + "/rotate", overlap).expect(303).location())
                .isEqualTo(key + "?again=true");

        Map<String, String> token = Map.of("name", "deploy", "scopes", "workload:read", "expiry", "never");
        browser.post("/projects/acme/tokens", token).expect(200);
        Shown sentAgain = browser.post("/projects/acme/tokens", token).expect(303);
        assertThat(browser.get(sentAgain.location()).expect(200).body()).contains("the same form a second time");

        Map<String, String> invitation = Map.of("role", "viewer", "email", "");
        browser.post("/projects/acme/settings/invitations", invitation).expect(200);
        Shown invited =
                browser.post("/projects/acme/settings/invitations", invitation).expect(303);
        assertThat(browser.get(invited.location()).expect(200).body()).contains("the same form a second time");
        assertThat(dashboard.plane.invitations().list(acme)).hasSize(1);
    }
}
