package dev.inferencekey.server.dashboard.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.project.Role;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ExplainPagesTest {
    private final TestDashboard dashboard = new TestDashboard();
    private final TestBrowser browser = dashboard.as(dashboard.project("acme"), Role.OWNER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    @Test
    void aSecretThatWasPastedIntoAnyFieldDoesNotComeBack() {
        LiveKey key = LiveKey.mint(new Random(3));

        String inCredential = browser.post(
                        "/explain",
                        Map.of(
                                "method", "POST",
                                "path", "/endpoint/acme/bot/v1/chat/completions",
                                "credential", key.reveal()))
                .body();
        String inPath = browser.post(
                        "/explain",
                        Map.of(
                                "method",
                                "POST",
                                "path",
                                "/endpoint/acme/" + key.reveal() + "/v1/models?key=" + key.reveal(),
                                "credential",
                                key.publicId()))
                .body();

        assertThat(inCredential).doesNotContain(key.reveal()).contains(key.redacted());
        assertThat(inPath).doesNotContain(key.reveal()).contains(key.redacted());
    }
}
