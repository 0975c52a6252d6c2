package dev.inferencekey.server.domain.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.project.Project;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be declared. */
final class WorkloadRulesTest {
    static final Instant NOW = Instant.parse("2026-06-15T09:12:44Z");
    static final Project ACME = new Project("proj_1", "ten_1", "acme", "Acme", NOW);
    private static final LiveKey KEY = LiveKey.mint(new Random(1));
    private static final SdkToken TOKEN = SdkToken.mint(new Random(2));

    @Test
    void readsTheLeastThatIsNeeded() {
        WorkloadDeclaration declaration = WorkloadRules.declaration(minimal());

        assertThat(declaration)
                .isEqualTo(new WorkloadDeclaration(
                        "Bot", null, null, null, "simulator", "sim", null, null, null, null, null));
        assertThat(declaration.pinsPlacement()).isFalse();
    }

    @Test
    void readsEverythingThatCanBeDeclared() {
        Map<String, @Nullable Object> body = minimal();
        body.put("slug", "Support Bot!");
        body.put("description", "line one\nline two");
        body.put("task_type", "embedding");
        body.put("backend", "vllm");
        body.put("model_name", "org/model");
        body.put("config", Map.of("command", "vllm serve org/model", "vllm_version", "0.9"));
        body.put("worker_id", "wrk_1");
        body.put("gpu_resource_id", "gpu_1");
        body.put("execution_policy", "fixed");
        body.put("execution_policy_config", Map.of("replicas", 2));

        WorkloadDeclaration declaration = WorkloadRules.declaration(body);
        Workload workload = declaration.create("wl_1", ACME, "support-bot", NOW);

        assertThat(declaration.slug()).isEqualTo("support-bot");
        assertThat(declaration.pinsPlacement()).isTrue();
        assertThat(workload.taskType()).isEqualTo(TaskType.EMBEDDING);
        assertThat(workload.revision()).isEqualTo(1);
        assertThat(workload.projectSlug()).isEqualTo("acme");
        assertThat(WorkloadRules.wire(workload))
                .containsEntry("task_type", "embedding")
                .containsEntry("config", body.get("config"))
                .containsEntry("execution_policy_config", Map.of("replicas", 2));
    }

    @Test
    void takesBlankOptionalTextsAndNullsAsAbsent() {
        Map<String, @Nullable Object> body = minimal();
        body.put("description", " ");
        body.put("worker_id", "");
        body.put("config", null);
        body.put("execution_policy", null);

        assertThat(WorkloadRules.declaration(body)).isEqualTo(WorkloadRules.declaration(minimal()));
    }

    @Test
    void takesATextAsTheDefaultTaskWhenNoneIsDeclared() {
        assertThat(WorkloadRules.declaration(minimal())
                        .create("wl_1", ACME, "bot", NOW)
                        .taskType())
                .isEqualTo(TaskType.TEXT2TEXT);
    }

    @Test
    void makesSlugsFromTheName() {
        Map<String, @Nullable Object> body = minimal();
        body.put("name", "Gemma 4 26B (llama.cpp) on R9700");
        WorkloadDeclaration declaration = WorkloadRules.declaration(body);

        assertThat(declaration.generatedSlug(0)).isEqualTo("gemma-4-26b-llama-cpp-on-r9700");
        assertThat(declaration.generatedSlug(2)).isEqualTo("gemma-4-26b-llama-cpp-on-r9700-2");

        body.put("name", "a ".repeat(100));
        assertThat(WorkloadRules.declaration(body).generatedSlug(Integer.MAX_VALUE))
                .hasSizeLessThanOrEqualTo(128)
                .endsWith("a-" + Integer.MAX_VALUE);
    }

    /** What is put into a valid declaration, and the field and the piece of message that the refusal must have. */
    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("nmae", "x", "nmae", "unknown field nmae"),
                Arguments.of("provider", "aws", "provider", "placement is the platform's job"),
                Arguments.of("min_vram_gb", 24, "min_vram_gb", "placement is the platform's job"),
                Arguments.of("model", "m", "model", "called model_name"),
                Arguments.of("command", "m", "command", "inside config"),
                Arguments.of("name", null, "name", "name is required"),
                Arguments.of("name", "", "name", "name must not be empty"),
                Arguments.of("name", " \t", "name", "name must not be empty"),
                Arguments.of("name", 5, "name", "name must be a string"),
                Arguments.of("name", "x".repeat(201), "name", "at most 200"),
                Arguments.of("name", "a\nb", "name", "line breaks"),
                Arguments.of("name", "a\0b", "name", "NUL"),
                Arguments.of("name", "a\ud800b", "name", "surrogate"),
                Arguments.of("name", "漢字", "name", "send a slug"),
                Arguments.of("slug", "", "slug", "must not be empty"),
                Arguments.of("slug", "---", "slug", "at least one of a-z"),
                Arguments.of("slug", "x".repeat(129), "slug", "at most 128"),
                Arguments.of("slug", List.of("x"), "slug", "must be a string"),
                Arguments.of("description", "x".repeat(4097), "description", "at most 4096"),
                Arguments.of("description", Map.of(), "description", "must be a string"),
                Arguments.of(
                        "task_type", "text2txt", "task_type", "unknown task_type text2txt; known ones are text2text,"),
                Arguments.of("backend", null, "backend", "backend is required"),
                Arguments.of("backend", "vlm", "backend", "unknown backend vlm; the built-in ones are ollama, vllm"),
                Arguments.of("backend", "LLAMACPP", "backend", "unknown backend"),
                Arguments.of("backend", "x".repeat(1000), "backend", "unknown backend xxx"),
                Arguments.of("model_name", null, "model_name", "model_name is required"),
                Arguments.of("config", "x", "config", "config must be an object"),
                Arguments.of("config", List.of(), "config", "config must be an object"),
                Arguments.of("config", Map.of("nope", 1), "config.nope", "known ones are ttft_ms"),
                Arguments.of("config", Map.of("ttft_ms", -1), "config.ttft_ms", "from 0 to 600000"),
                Arguments.of("config", Map.of("ttft_ms", 1.5), "config.ttft_ms", "whole number"),
                Arguments.of("config", Map.of("ttft_ms", "5"), "config.ttft_ms", "must be a number"),
                Arguments.of("config", Map.of("output_tokens", 0), "config.output_tokens", "from 1 to"),
                Arguments.of(
                        "config",
                        Map.of("output_tokens", new BigDecimal("1e999999999")),
                        "config.output_tokens",
                        "from 1 to"),
                Arguments.of(
                        "config", Map.of("tokens_per_second", 0), "config.tokens_per_second", "from 0.001 to 1000000"),
                Arguments.of("config", Map.of("failure_rate", 1.01), "config.failure_rate", "from 0 to 1"),
                Arguments.of("config", Map.of("crash_rate", Double.NaN), "config.crash_rate", "finite"),
                Arguments.of(
                        "config", Map.of("x", "y".repeat(65_000), "z", "y".repeat(1_000)), "config", "at most 64 KiB"),
                Arguments.of("config", nested(33), "config", "at most 32 levels"),
                Arguments.of("config", Map.of("x", new StringBuilder("not JSON")), "config.x", "is not JSON"),
                Arguments.of("worker_id", 7, "worker_id", "must be a string"),
                Arguments.of("gpu_resource_id", "a\nb", "gpu_resource_id", "line breaks"),
                Arguments.of(
                        "execution_policy", "fixd", "execution_policy", "known ones are fixed, scheduled, autoscaling"),
                Arguments.of("execution_policy", true, "execution_policy", "must be a string"),
                Arguments.of(
                        "execution_policy_config",
                        Map.of("replicas", 0),
                        "execution_policy_config.replicas",
                        "from 1 to 1000"),
                Arguments.of("execution_policy_config", 1, "execution_policy_config", "must be an object"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWithTheFieldAndAReason(String field, @Nullable Object value, String path, String message) {
        Map<String, @Nullable Object> body = minimal();
        body.put(field, value);

        assertThatThrownBy(() -> WorkloadRules.declaration(body))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class, e -> assertThat(e.field()).isEqualTo(path))
                .hasMessageContaining(message);
    }

    /** Backend, config, then the path and message of the refusal, or null if it is fine. */
    static Stream<Arguments> configs() {
        String command = "config.command";
        String url = "config.base_url";
        return Stream.of(
                Arguments.of("ollama", null, null, null),
                Arguments.of("ollama", Map.of("env", Map.of("OLLAMA_NUM_PARALLEL", "2")), null, null),
                Arguments.of("ollama", Map.of("command", "x"), command, "known ones are env"),
                Arguments.of(
                        "vllm",
                        Map.of("command", "vllm serve m", "enviroment", Map.of()),
                        "config.enviroment",
                        "known ones are command, vllm_version, env, memory_mb"),
                Arguments.of("sglang", Map.of("vllm_version", "1"), "config.vllm_version", "unknown field"),
                Arguments.of(
                        "llamacpp",
                        Map.of("command", "llama-server -m x", "env", "A=1"),
                        "config.env",
                        "must be an object"),
                Arguments.of("sglang", Map.of("memory_mb", 24_000), null, null),
                Arguments.of("sglang", Map.of("memory_mb", 63), "config.memory_mb", "64"),
                Arguments.of("sglang", Map.of("memory_mb", "1GB"), "config.memory_mb", "must be"),
                Arguments.of("sglang", null, null, null),
                Arguments.of("vllm", null, command, "is required for backend vllm"),
                Arguments.of("vllm-omni", Map.of(), command, "is required for backend vllm-omni"),
                Arguments.of("llamacpp", Map.of("command", "  "), command, "must not be empty"),
                Arguments.of("llamacpp", Map.of("command", "llama-server -m x.gguf"), null, null),
                Arguments.of("llamacpp", Map.of("command", "x".repeat(16_385)), command, "at most 16384"),
                Arguments.of("llamacpp", Map.of("command", List.of("x")), command, "must be a string"),
                Arguments.of(
                        "vllm",
                        Map.of("command", "vllm serve m", "vllm_version", 1),
                        "config.vllm_version",
                        "must be a string"),
                Arguments.of("external", null, url, "is required"),
                Arguments.of("external", Map.of("base_url", "https://api.example.com"), null, null),
                Arguments.of("external", Map.of("base_url", "http://10.0.0.5:8000/v1/"), null, null),
                Arguments.of("external", Map.of("base_url", "http://localhost:8000"), null, null),
                Arguments.of("external", Map.of("base_url", "http://[::1]:8000"), null, null),
                Arguments.of("external", Map.of("base_url", "http://a.b", "secret_ref", "openai.key"), null, null),
                Arguments.of(
                        "external",
                        Map.of("base_url", "http://a.b", "secret_ref", "a b"),
                        "config.secret_ref",
                        "name of an upstream secret"),
                Arguments.of(
                        "external", Map.of("base_url", "http://a.b", "secret", "x"), "config.secret", "unknown field"),
                Arguments.of("external", Map.of("base_url", "ftp://a.b"), url, "must begin with http"),
                Arguments.of("external", Map.of("base_url", "a.b"), url, "must begin with http"),
                Arguments.of("external", Map.of("base_url", "http://"), url, "is not a URL"),
                Arguments.of("external", Map.of("base_url", "http:///x"), url, "names no host"),
                Arguments.of("external", Map.of("base_url", "http://my_host:1"), url, "such as _"),
                Arguments.of("external", Map.of("base_url", "http://a b"), url, "is not a URL"),
                Arguments.of("external", Map.of("base_url", "https://u:p@a.b"), url, "secret_ref"),
                Arguments.of("external", Map.of("base_url", "https://a.b/?x=1"), url, "no query"),
                Arguments.of("external", Map.of("base_url", "https://a.b/#x"), url, "no fragment"),
                Arguments.of("external", Map.of("base_url", "https://a.b:0"), url, "port"),
                Arguments.of("external", Map.of("base_url", "https://a.b:65536"), url, "port"),
                Arguments.of("external", Map.of("base_url", "http://169.254.169.254/latest"), url, "link-local"),
                Arguments.of("external", Map.of("base_url", "http://[fe80::1]/"), url, "link-local"),
                Arguments.of("external", Map.of("base_url", "http://[febf::1%25eth0]/"), url, "names no valid address"),
                Arguments.of("external", Map.of("base_url", "http://[::ffff:169.254.169.254]/"), url, "link-local"),
                Arguments.of("external", Map.of("base_url", "http://[::169.254.169.254]/"), url, "link-local"),
                Arguments.of("external", Map.of("base_url", "http://[64:ff9b::a9fe:a9fe]/"), url, "link-local"),
                Arguments.of("external", Map.of("base_url", "http://2852039166/"), url, "four decimal numbers"),
                Arguments.of("external", Map.of("base_url", "http://0xa9fea9fe/"), url, "four decimal numbers"),
                Arguments.of("external", Map.of("base_url", "http://169.254.43518/"), url, "names no host"),
                Arguments.of("external", Map.of("base_url", "http://0251.0376.0251.0376/"), url, "names no host"));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void checksTheConfigOfEachBackend(
            String backend, @Nullable Map<String, Object> config, @Nullable String path, @Nullable String message) {
        Map<String, @Nullable Object> body = minimal();
        body.put("backend", backend);
        body.put("config", config);

        if (path == null) {
            assertThat(WorkloadRules.declaration(body).config()).isEqualTo(config);
        } else {
            InvalidFieldException refused =
                    catchThrowableOfType(InvalidFieldException.class, () -> WorkloadRules.declaration(body));
            assertThat(refused.field()).isEqualTo(path);
            assertThat(refused).hasMessageContaining(message);
        }
    }

    @Test
    void neverRepeatsAUrlThatHoldsAPassword() {
        Map<String, @Nullable Object> body = minimal();
        body.put("backend", "external");
        body.put("config", Map.of("base_url", "https://user:hunter2@a.b"));

        assertThatThrownBy(() -> WorkloadRules.declaration(body)).message().doesNotContain("hunter2");
    }

    @Test
    void servesOnlyImagesWithStableDiffusion() {
        Map<String, @Nullable Object> body = minimal();
        body.put("backend", "stablediffusioncpp");
        body.put("config", Map.of("command", "sd-server -m x"));
        assertThatThrownBy(() -> WorkloadRules.declaration(body)).hasMessageContaining("text2image or image2image");

        body.put("task_type", "text2image");
        assertThat(WorkloadRules.declaration(body).taskType()).isEqualTo(TaskType.TEXT2IMAGE);
    }

    static Stream<Arguments> leaks() {
        String key = KEY.reveal();
        String token = TOKEN.reveal();
        return Stream.of(
                Arguments.of("name", key, "name"),
                Arguments.of("slug", token, "slug"),
                Arguments.of("description", "use " + key + " please", "description"),
                Arguments.of("description", "ik_live_", "description"),
                Arguments.of("description", "  ik_sdk_short", "description"),
                Arguments.of("model_name", "ik_live_x", "model_name"),
                Arguments.of("backend", token, "backend"),
                Arguments.of("worker_id", key, "worker_id"),
                Arguments.of("config", Map.of("command", "x --api-key=" + key), "config.command"),
                Arguments.of("config", Map.of("a", List.of(1, Map.of("b", token))), "config.a[1].b"),
                Arguments.of("config", Map.of("a", Map.of(key, 1)), "config.a"),
                Arguments.of("execution_policy_config", Map.of("cron", key), "execution_policy_config.cron"),
                Arguments.of(key, 1, "ik_live_" + KEY.publicId() + "…"));
    }

    @ParameterizedTest
    @MethodSource("leaks")
    void refusesACredentialAnywhereWithoutRepeatingIt(String field, Object value, String path) {
        Map<String, @Nullable Object> body = minimal();
        body.put(field, value);

        InvalidFieldException refused =
                catchThrowableOfType(InvalidFieldException.class, () -> WorkloadRules.declaration(body));
        assertThat(refused.field()).isEqualTo(path);
        for (String secret : List.of(KEY.reveal(), TOKEN.reveal())) {
            assertThat(refused.toString() + refused.field()).doesNotContain(secret.substring(secret.length() - 64));
        }

        assertThatThrownBy(() -> WorkloadRules.patch(Map.of(field, value))).isInstanceOf(InvalidFieldException.class);
    }

    @Test
    void eitherReadsAnyJsonOrRefusesItWithAFieldAndAShortMessage() {
        Random random = new Random(7);
        List<String> fields = List.of(
                "name",
                "slug",
                "backend",
                "model_name",
                "config",
                "task_type",
                "description",
                "worker_id",
                "execution_policy",
                "execution_policy_config",
                "x");
        for (int round = 0; round < 20_000; round++) {
            Map<String, @Nullable Object> body = random.nextBoolean() ? minimal() : new HashMap<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                body.put(fields.get(random.nextInt(fields.size())), anyJson(random, 0));
            }
            try {
                WorkloadDeclaration read = WorkloadRules.declaration(body);
                assertThat(read.asksFor(read.create("wl_1", ACME, "bot", NOW))).isTrue();
            } catch (InvalidFieldException e) {
                assertThat(e.field()).isNotBlank().hasSizeLessThan(2_500);
                assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(3_000);
            }
        }
    }

    private static @Nullable Object anyJson(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 8 : 10)) {
            case 0 -> null;
            case 1 -> random.nextInt();
            case 2 -> random.nextDouble();
            case 3 -> random.nextBoolean();
            case 4 -> "";
            case 5 ->
                List.of("simulator", "external", "llamacpp", "scheduled", "autoscaling", "fixed", "Mon 1:00-2:00")
                        .get(random.nextInt(7));
            case 6 -> "\ud83d\udd11\n".repeat(random.nextInt(3)) + (char) random.nextInt(0x10000);
            case 7 -> new BigDecimal("1e" + random.nextInt(1_000_000));
            case 8 -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(anyJson(random, depth + 1));
                }
                yield list;
            }
            default -> {
                Map<String, @Nullable Object> map = new HashMap<>();
                List<String> keys = List.of(
                        "command",
                        "base_url",
                        "ttft_ms",
                        "replicas",
                        "cron",
                        "window",
                        "min_workers",
                        "workers",
                        "source",
                        "cloud_pool",
                        "y");
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(keys.get(random.nextInt(keys.size())), anyJson(random, depth + 1));
                }
                yield map;
            }
        };
    }

    private static Map<String, Object> nested(int depth) {
        Map<String, Object> inner = Map.of();
        for (int i = 0; i < depth; i++) {
            inner = Map.of("x", inner);
        }
        return inner;
    }

    /** A declaration of what must be declared and nothing else, to be changed by tests. */
    static Map<String, @Nullable Object> minimal() {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("name", "Bot");
        body.put("backend", "simulator");
        body.put("model_name", "sim");
        return body;
    }
}
