package dev.inferencekey.server.dashboard.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class AuditPagesTest {
    private final TestDashboard dashboard = new TestDashboard();
    private final Project acme = dashboard.project("acme");
    private final TestBrowser developer = dashboard.as(acme, Role.DEVELOPER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    @Test
    void aRealSecretOnTheWrongPlaneIsALeakAndAPublicIdAloneIsNone() {
        LiveKey real = dashboard
                .plane
                .keys()
                .mint(TestDashboard.OPERATOR, acme, "shop", Grants.ofEntireProject(), null, Limits.NONE)
                .credential();
        developer
                .header("Authorization", "Bearer ik_live_" + real.publicId() + "_" + "0".repeat(64))
                .get("/api/whoami")
                .expect(403);
        assertThat(developer.get("/projects/acme/audit").expect(200).body()).doesNotContain("ossible leak");

        developer
                .header("Authorization", "Bearer " + real.reveal())
                .get("/api/whoami")
                .expect(403);
        dashboard.time.advance(Duration.ofSeconds(1));

        assertThat(developer.get("/projects/acme/audit").expect(200).body())
                .contains("Possible leaks", "possible leak: ", real.redacted())
                .doesNotContain(real.reveal());
        assertThat(developer.get("/projects/acme").expect(200).body()).contains("It may have leaked");
    }

    @Test
    void whatBelongsToNoProjectIsForOwnersOfTheInstallation() {
        assertThat(developer.get("/installation/audit").expect(403).body())
                .contains("this takes an owner of the whole installation")
                .doesNotContain("session.created");
    }
}
