package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.contract.workload.JsonValues;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class JobTest {
    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();
    private final Endpoint bot = data.endpoint("support-bot");

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    private void assertBody(Map<String, ?> expected) {
        String body = server.onlyRequest().body();
        assertThat(JsonValues.equal(Golden.parse(body.getBytes(StandardCharsets.UTF_8)), expected))
                .as(body)
                .isTrue();
    }

    @Test
    void submitsAJsonJob() {
        server.nextJson(202, Golden.text("jobs/submit.response.json"));

        String id = bot.submitJob(JobParams.json(
                        JobKind.CHAT,
                        Map.of(
                                "messages",
                                List.of(Map.of("role", "user", "content", "Where is my order?")),
                                "stream",
                                true))
                .withContext(Map.of("ticket", 4711, "tags", Arrays.asList("order", null), "ratio", 1.5)));

        assertThat(id).isEqualTo("0e9c1b52-5b0a-4c39-9a52-9f3f5d1c7a10");
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/support-bot/jobs");
        assertThat(server.onlyRequest().header("Idempotency-Key")).isEmpty();
        assertBody(Golden.object("jobs/submit-chat.request.json"));
    }

    @Test
    void submitsABinaryJob() {
        server.nextJson(202, Golden.text("jobs/submit.response.json"));
        Map<String, ?> golden = Golden.object("jobs/submit-binary.request.json");
        byte[] bytes = Base64.getDecoder().decode(String.valueOf(golden.get("body_b64")));

        bot.submitJob(JobParams.binary(JobKind.AUDIO_TRANSCRIPTIONS, bytes, "multipart/form-data; boundary=b1"));

        assertBody(golden);
    }

    @Test
    void saysSoIfNoJobIdCameBack() {
        server.nextJson(202, "{}");

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> bot.submitJob(JobParams.json(JobKind.CHAT, Map.of())))
                .withMessage("api error [202]: the answer can't be read: job_id is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "ümlaut", "line\nbreak"})
    void refusesAnIdempotencyKeyThatIsNoHeader(String key) {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> JobParams.json(JobKind.CHAT, Map.of()).withIdempotencyKey(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queued", "pending", "running"})
    void pollsAJobThatIsNotFinished(String status) {
        server.nextJson(200, "{\"job_id\":\"j1\",\"status\":\"" + status + "\"}");

        Job job = bot.job("j1");

        assertThat(job.isFinished()).isFalse();
        assertThat(job.payload()).isNull();
        assertThat(server.onlyRequest().method()).isEqualTo("GET");
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/support-bot/jobs/j1");
    }

    @Test
    void readsTheResultsAsWebhooksDeliverThem() {
        server.nextJson(200, Golden.text("webhooks/job-completed.body.json"));
        Job completed = bot.job("j1");
        assertThat(completed.isFinished()).isTrue();
        assertThat(completed.status()).isEqualTo("ok");
        assertThat(completed.error()).isNull();
        assertThat(completed.usage()).isNotNull();

        server.nextJson(200, Golden.text("webhooks/job-completed-binary.body.json"));
        Job binary = bot.job("j1");
        assertThat(binary.binary()).isPresent();
        assertThat(binary.contentType()).isNotNull();

        server.nextJson(200, Golden.text("webhooks/job-failed.body.json"));
        Job failed = bot.job("j1");
        assertThat(failed.isFinished()).isTrue();
        assertThat(failed.error()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"status\":7}", "{\"status\":\"ok\",\"binary_b64\":\"%%%\"}"})
    void saysSoIfAJobCannotBeRead(String body) {
        server.nextJson(200, body);

        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> bot.job("j1"));
    }

    @Test
    void asksOnlyForWhatCanBeAJob() {
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> bot.job(" "));
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> bot.job(Clients.KEY));
        server.nextJson(404, "{\"error\":{\"message\":\"no such job\",\"code\":\"not_found\"}}");
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> bot.job("../x"));
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/support-bot/jobs/..%2Fx");
    }
}
