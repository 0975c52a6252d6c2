package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.manager.ApiClient.Reply;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The control plane's door to the platform's one truth about its health. */
@Tag("slow")
class HealthTest {
    @Test
    void readinessIsWhatThePlatformSaysAndAStoreThatIsAwayAloneIsNoReason() {
        try (TestManager manager = new TestManager()) {
            Reply ready = manager.api.get("/health/ready").expect(200);
            assertThat(ready.text("status")).isEqualTo("ready");
            manager.store.failWith("disk full");
            manager.api.get("/health/ready").expect(200);
            manager.health.ready = false;
            Reply not = manager.api.get("/health/ready").expect(503);
            assertThat(not.text("status")).isEqualTo("not_ready");
            assertThat(not.json().get("checks"))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                    .first()
                    .isEqualTo(Map.of(
                            "name",
                            "access_table",
                            "ok",
                            false,
                            "required",
                            true,
                            "message",
                            "as the test says",
                            "since",
                            FakeHealth.SINCE.toString()));
            manager.api.get("/health/live").expect(200);
        }
    }
}
