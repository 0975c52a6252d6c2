package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.DataClient;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.PermissionDeniedException;
import dev.inferencekey.TextParams;
import dev.inferencekey.WorkloadSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The story that the product exists for, with its own Java client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobTest {
    private RunningPlatform platform;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    @Test
    void aKeyOfAWholeProjectCallsAWorkloadThatIsMadeAfterIt() {
        String key = platform.mintKey("acme", "acme/*").credential();
        try (ManagementClient management = management();
                DataClient data = data(key)) {
            management.ensure(spec("later"));
            platform.awaitReady("acme", "later");
            assertThat(data.endpoint("later")
                            .generateText(TextParams.ofPrompt("Hi"))
                            .text())
                    .isNotBlank();
        }
    }

    @Test
    void aKeyOfOneWorkloadIsRefusedOnEveryOtherWhetherItExistsOrNot() {
        String key = platform.mintKey("acme", "acme/granted").credential();
        try (ManagementClient management = management();
                DataClient data = data(key)) {
            management.ensure(spec("granted"));
            management.ensure(spec("not-granted"));
            platform.awaitReady("acme", "granted");
            assertThat(data.endpoint("granted")
                            .generateText(TextParams.ofPrompt("Hi"))
                            .text())
                    .isNotBlank();
            for (String other : new String[] {"not-granted", "does-not-exist"}) {
                PermissionDeniedException refused = catchThrowableOfType(
                        PermissionDeniedException.class,
                        () -> data.endpoint(other).generateText(TextParams.ofPrompt("Hi")));
                assertThat(refused.reason()).isEqualTo(PermissionDeniedException.Reason.SCOPE_INSUFFICIENT);
            }
        }
    }

    @Test
    void aWorkloadThatIsDeletedAndMadeAgainIsReachableWithTheSameKey() {
        String key = platform.mintKey("acme", "acme/phoenix").credential();
        try (ManagementClient management = management();
                DataClient data = data(key)) {
            management.ensure(spec("phoenix"));
            platform.awaitReady("acme", "phoenix");
            assertThat(management.delete("phoenix")).isTrue();
            assertThat(management.delete("phoenix")).isFalse();
            assertThat(platform.http
                            .post("/endpoint/acme/phoenix/v1/chat/completions", key, "{\"messages\":[]}")
                            .code())
                    .isEqualTo("workload_not_found");
            management.ensure(spec("phoenix"));
            platform.awaitReady("acme", "phoenix");
            assertThat(data.endpoint("phoenix")
                            .generateText(TextParams.ofPrompt("Hi"))
                            .text())
                    .isNotBlank();
        }
    }

    @Test
    void aRevokedKeyIsRefusedOnTheVeryNextRequest() {
        RunningPlatform.Minted key = platform.mintKey("acme", "acme/*");
        platform.createSimulated("acme", "revoked-from", "text2text", Map.of());
        String models = "/endpoint/acme/revoked-from/v1/models";
        for (int round = 0; round < 20; round++) {
            platform.http.get(models, key.credential()).expect(200);
            platform.change("acme", "keys", key, "disable");
            platform.http.get(models, key.credential()).expect(401);
            platform.change("acme", "keys", key, "enable");
        }
        platform.http.get(models, key.credential()).expect(200);
        platform.change("acme", "keys", key, "revoke");
        platform.http.get(models, key.credential()).expect(401);
    }

    @Test
    void whatWasCalledIsCountedInUsage() {
        RunningPlatform.Minted key = platform.mintKey("acme", "acme/*");
        platform.createSimulated("acme", "counted", "text2text", Map.of("output_tokens", 7));
        String chat = "/endpoint/acme/counted/v1/chat/completions";
        platform.http
                .post(chat, key.credential(), "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")
                .expect(200);
        platform.http
                .post(chat, key.credential(), "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")
                .expect(200);
        org.awaitility.Awaitility.await("both requests are in the usage").untilAsserted(() -> {
            var totals = platform.http
                    .get("/api/projects/acme/usage", platform.operator)
                    .json()
                    .get("totals");
            var ofKey = totals.valueStream()
                    .filter(total -> total.get("key_id").asString().equals(key.id()))
                    .toList();
            assertThat(ofKey).hasSize(1);
            assertThat(ofKey.getFirst().get("requests").asInt()).isEqualTo(2);
            assertThat(ofKey.getFirst().get("output_tokens").asInt()).isEqualTo(14);
        });
    }

    private ManagementClient management() {
        return ManagementClient.builder()
                .token(platform.mintToken("acme").credential())
                .project("acme")
                .baseUrl(platform.url().toString())
                .build();
    }

    private DataClient data(String key) {
        return DataClient.builder()
                .apiKey(key)
                .project("acme")
                .baseUrl(platform.url().toString())
                .build();
    }

    private static WorkloadSpec spec(String slug) {
        return WorkloadSpec.builder()
                .name(slug)
                .slug(slug)
                .model("sim")
                .backend("simulator")
                .config(Map.of("output_tokens", 3))
                .build();
    }
}
