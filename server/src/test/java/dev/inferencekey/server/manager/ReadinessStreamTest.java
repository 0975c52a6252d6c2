package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("slow")
class ReadinessStreamTest {
    private static final Duration KEEP_ALIVE = Duration.ofMillis(150);

    private final TestManager manager = new TestManager(KEEP_ALIVE, List.of());
    private final Project acme = manager.project("acme");
    private final Workload bot = manager.workload(acme, "bot");
    private final ApiClient token = manager.as(manager.token(acme, Scope.WORKLOAD_READ));

    @AfterEach
    void stop() {
        manager.close();
    }

    /** A stream as it is read: each line as soon as it came. */
    private static final class Lines implements AutoCloseable {
        private final HttpResponse<InputStream> response;
        private final BufferedReader reader;

        Lines(HttpResponse<InputStream> response) {
            this.response = response;
            this.reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        /** The next event's data, past comments; null at the end. */
        @Nullable
        Map<String, @Nullable Object> next() throws IOException {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("data: ")) {
                    return ApiClient.asObject(ApiClient.JSON.readValue(line.substring(6), Object.class));
                }
            }
            return null;
        }

        Map<String, @Nullable Object> required() throws IOException {
            Map<String, @Nullable Object> event = next();
            assertThat(event).isNotNull();
            return event == null ? Map.of() : event;
        }

        String line() throws IOException {
            return String.valueOf(reader.readLine());
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    private Lines open() {
        return new Lines(token.open("/api/projects/acme/workloads/bot/readiness-events"));
    }

    @Test
    void thePresentPhaseComesAtOnceAndEachChangeAsItHappensUntilReady() throws IOException {
        try (Lines lines = open()) {
            assertThat(lines.response.statusCode()).isEqualTo(200);
            assertThat(lines.response.headers().firstValue("Content-Type")).contains("text/event-stream");
            assertThat(lines.required())
                    .containsEntry("phase", "scheduling")
                    .containsEntry("message", "waits for its turn")
                    .containsEntry("elapsed_ms", 0)
                    .doesNotContainKey("step");

            // Each is told only after the one before was read: nothing is held back.
            manager.time.advance(Duration.ofMillis(1234));
            manager.runtime.tell(bot.id(), ReadinessPhase.PROVISIONING, "starts");
            assertThat(lines.required()).containsEntry("phase", "provisioning").containsEntry("step", "model_load");
            manager.runtime.tell(bot.id(), ReadinessPhase.BOOTSTRAPPING, "loads");
            assertThat(lines.required()).containsEntry("phase", "bootstrapping");
            manager.runtime.tell(bot.id(), ReadinessPhase.READY, "serves");
            assertThat(lines.required()).containsEntry("phase", "ready");

            assertThat(lines.next()).isNull();
        }
        await().until(() -> manager.runtime.subscribers(bot.id()) == 0);
    }

    @Test
    void elapsedTimeCountsFromWhenTheStreamWasOpened() throws IOException {
        manager.runtime.tell(bot.id(), ReadinessPhase.PROVISIONING, "starts");
        manager.time.advance(Duration.ofHours(3));

        try (Lines lines = open()) {
            assertThat(lines.required()).containsEntry("elapsed_ms", 0);
            manager.time.advance(Duration.ofMillis(1234));
            manager.runtime.tell(bot.id(), ReadinessPhase.BOOTSTRAPPING, "loads");
            assertThat(lines.required()).containsEntry("elapsed_ms", 1234);
        }
    }

    @Test
    void aWorkloadThatHasLongBeenReadyTellsOfNoWait() throws IOException {
        manager.runtime.tell(bot.id(), ReadinessPhase.READY, "serves");
        manager.time.advance(Duration.ofDays(3));

        try (Lines lines = open()) {
            assertThat(lines.required()).containsEntry("phase", "ready").containsEntry("elapsed_ms", 0);
        }
    }

    @Test
    void aWorkloadThatIsReadyEndsTheStreamWithTheSnapshot() throws IOException {
        manager.runtime.tell(bot.id(), ReadinessPhase.READY, "serves");

        try (Lines lines = open()) {
            assertThat(lines.required()).containsEntry("phase", "ready");
            assertThat(lines.next()).isNull();
        }
    }

    @Test
    void anErrorEndsTheStream() throws IOException {
        try (Lines lines = open()) {
            lines.required();
            manager.runtime.tell(bot.id(), ReadinessPhase.ERROR, "model not found");

            assertThat(lines.required()).containsEntry("phase", "error").containsEntry("message", "model not found");
            assertThat(lines.next()).isNull();
        }
    }

    @Test
    void commentsKeepTheConnectionAlive() throws IOException {
        try (Lines lines = open()) {
            assertThat(lines.line()).startsWith("data: ");
            assertThat(lines.line()).isEmpty();
            long before = System.nanoTime();
            assertThat(lines.line()).startsWith(": ");
            assertThat(lines.line()).isEmpty();
            assertThat(lines.line()).startsWith(": ");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(KEEP_ALIVE.minusMillis(60));
        }
    }

    @Test
    void aCallerThatLeavesIsNoticedAndForgotten() throws IOException {
        Lines lines = open();
        lines.required();
        assertThat(manager.runtime.subscribers(bot.id())).isEqualTo(1);

        lines.close();

        await().atMost(Duration.ofSeconds(10)).until(() -> manager.runtime.subscribers(bot.id()) == 0);
    }

    @Test
    void deletingTheWorkloadEndsTheStreamWithAnError() throws IOException {
        try (Lines lines = open()) {
            lines.required();
            manager.plane.workloads().delete(TestManager.OPERATOR, bot, false);

            assertThat(lines.required())
                    .containsEntry("phase", "error")
                    .containsEntry("message", "the workload was deleted");
            assertThat(lines.next()).isNull();
        }
    }

    @Test
    void stoppingTheServerCutsTheStreamSoThatItDoesNotLookComplete() throws IOException {
        try (Lines lines = open()) {
            lines.required();
            manager.server.close();

            assertThatThrownBy(() -> {
                        while (!lines.line().equals("null")) {
                            // Comments may still come; a clean end would be a null line.
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void manyCanWatchOneWorkload() throws IOException {
        try (Lines one = open();
                Lines two = open()) {
            one.required();
            two.required();
            manager.runtime.tell(bot.id(), ReadinessPhase.READY, "serves");

            assertThat(one.required()).containsEntry("phase", "ready");
            assertThat(two.required()).containsEntry("phase", "ready");
        }
    }

    @Test
    void aWorkloadThatDoesNotExistHasNoStream() {
        token.get("/api/projects/acme/workloads/none/readiness-events").expect(404, "workload_not_found");
    }
}
