package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.docs.Programs;
import dev.inferencekey.e2e.docs.WebhookReceiver;
import dev.inferencekey.engine.gguf.TinyModel;
import dev.inferencekey.server.background.webhook.WebhookSecret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java that the pages show does what they say, with the variables that they name. */
class DocumentedProgramsTest {
    @Test
    void eachProgramDoesWhatItsPageSays(@TempDir Path temp) throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(temp.resolve("data"))) {
            platform.createProject("demo");
            // Whoever reads the page has a model of this name; here it is one that fits into a test.
            Path models = Files.createDirectories(platform.dataFolder.resolve("models"));
            TinyModel.write(models.resolve("qwen3-8b.gguf"));
            platform.createSimulated("demo", "vectors", "embedding", Map.of());
            platform.createSimulated("demo", "ranker", "reranker", Map.of());
            Map<String, String> said = run(
                    temp,
                    Map.of(
                            "INFERENCEKEY_BASE_URL", platform.url().toString(),
                            "INFERENCEKEY_PROJECT", "demo",
                            "INFERENCEKEY_SDK_TOKEN", platform.mintToken("demo").credential(),
                            "INFERENCEKEY_API_KEY",
                                    platform.mintKey("demo", "demo/*").credential()),
                    platform.mintKey("demo", "demo/other").credential());
            assertThat(said.get("provision")).endsWith("demo/support-bot is ready");
            assertThat(said.get("plan")).isEqualTo("UNCHANGED []");
            assertThat(said.get("call")).contains("simulat");
            assertThat(said.get("stream")).isNotBlank();
            assertThat(said.get("settings")).containsPattern("\\[(stop|length)]");
            assertThat(said.get("keys")).containsPattern("key=ik_live_[0-9a-f]{8}…");
            assertThat(said.get("refused")).startsWith("SCOPE_INSUFFICIENT: ");
            assertThat(said.get("wrong-side")).startsWith("permission denied [wrong_credential_type]: ik_live_");
            assertThat(said.getOrDefault("embed", "").lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line).matches("[1-9]\\d* dimensions"));
            assertThat(said.getOrDefault("rerank", "").lines()).hasSize(1);
            assertThat(said.get("openai")).isNotBlank();
        }
    }

    @Test
    void theReceiverOfWebhooksTellsGenuineEventsFromOthers() throws Exception {
        String secret = "whsec_c2VjcmV0IG9mIGEgdGVzdCB0aGF0IGlzIGxvbmcgZW5vdWdo";
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        WebhookSecret server = WebhookSecret.parse(secret);
        long now = Instant.now().getEpochSecond();
        String signature = server.sign("evt_1", now, body);
        assertThat(WebhookReceiver.isGenuine(secret, "evt_1", Long.toString(now), "v1,other " + signature, body))
                .isTrue();
        assertThat(WebhookReceiver.isGenuine(secret, "evt_2", Long.toString(now), signature, body))
                .isFalse();
        long old = now - 400;
        assertThat(WebhookReceiver.isGenuine(
                        secret, "evt_1", Long.toString(old), server.sign("evt_1", old, body), body))
                .isFalse();
    }

    /** What each program printed, by its name. */
    private static Map<String, String> run(Path temp, Map<String, String> environment, String argument)
            throws IOException, InterruptedException {
        Path out = temp.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Programs.class.getName(),
                        argument)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("INFERENCEKEY_"));
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
        String text = Files.readString(out);
        assertThat(status).as(text).isZero();
        Map<String, String> said = new HashMap<>();
        Arrays.stream(text.split("(?m)^== ")).skip(1).forEach(part -> {
            String[] lines = part.split("\n", 2);
            said.put(lines[0], lines[1].strip());
        });
        return said;
    }
}
