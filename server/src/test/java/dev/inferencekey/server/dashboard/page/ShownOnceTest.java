package dev.inferencekey.server.dashboard.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A page that shows a secret once comes although the store goes away once that is stored. */
@Tag("slow")
class ShownOnceTest {
    private static final Map<String, String> OVERLAP = Map.of("overlap_seconds", "3600");

    private final TestDashboard dashboard = new TestDashboard();
    private final Project acme = dashboard.project("acme");
    private final TestBrowser browser = dashboard.as(acme, Role.OWNER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private String shown(String path, Map<String, String> form) {
        dashboard.store.failAfterNextChange("gone");
        String page = browser.post("/projects/acme" + path, form).expect(200).body();
        dashboard.store.recover();
        return page;
    }

    @Test
    void ofANewKeyAndToken() {
        assertThat(shown("/keys", Map.of("name", "shop", "access", "entire", "expiry", "never", "rpm", "")))
                .containsPattern("ik_live_[0-9a-f]{8}_")
                .doesNotContain("could not tell whether every node knows it");
        assertThat(shown("/tokens", Map.of("name", "deploy", "scopes", "workload:write", "expiry", "never")))
                .containsPattern("ik_sdk_[0-9a-f]{8}_");
    }

    @Test
    void ofARotatedKeyAndTokenWhichSaysWhatIsNotKnown() {
        String key = dashboard
                .plane
                .keys()
                .mint(TestDashboard.OPERATOR, acme, "shop", Grants.ofEntireProject(), null, Limits.NONE)
                .key()
                .id();
        String token = dashboard
                .plane
                .tokens()
                .mint(TestDashboard.OPERATOR, acme, "deploy", null, null)
                .token()
                .id();

        assertThat(shown("/keys/" + key + "/rotate", OVERLAP))
                .containsPattern("ik_live_[0-9a-f]{8}_")
                .contains("could not tell whether every node knows it");
        assertThat(shown("/tokens/" + token + "/rotate", OVERLAP))
                .containsPattern("ik_sdk_[0-9a-f]{8}_")
                .contains("could not tell whether every node knows it");
    }

    @Test
    void ofAnInvitation() {
        assertThat(shown("/settings/invitations", Map.of("role", "developer", "email", "grace@example.com")))
                .containsPattern("/join#ik_invite_[0-9a-f]{8}_")
                .contains("grace@example.com");
    }
}
