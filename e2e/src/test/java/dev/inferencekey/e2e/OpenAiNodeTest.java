package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own Node client, against real llama.cpp behind the gateway. What it checks stands in {@code e2e/node/openai.mjs}. */
@Tag("node")
class OpenAiNodeTest {
    private static final Path NODE = Path.of("node").toAbsolutePath();

    @Test
    void findsAnOpenAiServerBehindTheEndpoint(@TempDir Path temp) throws IOException, InterruptedException {
        NodePackages.install(NODE);
        try (RunningPlatform platform = RunningPlatform.start(temp)) {
            platform.createProject("acme");
            LlamaWorkloads.createChat(platform, "acme", "chat");
            LlamaWorkloads.createEmbedding(platform, "acme", "vectors");
            String printed = run(
                    List.of("node", "openai.mjs"),
                    Map.of(
                            "BASE_URL", platform.url().toString(),
                            "PROJECT", "acme",
                            "CHAT", "chat",
                            "EMBEDDING", "vectors",
                            "API_KEY", platform.mintKey("acme", "acme/*").credential(),
                            "NARROW_KEY", platform.mintKey("acme", "acme/chat").credential(),
                            "SDK_TOKEN", platform.mintToken("acme").credential()));
            assertThat(printed.lines().toList().getLast()).isEqualTo("ok");
        }
    }

    private static String run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(NODE.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(Arrays.asList(command.getFirst(), printed).toString())
                .isZero();
        return printed;
    }
}
