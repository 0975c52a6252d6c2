package dev.inferencekey.server.domain.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EngineRulesTest {
    private static final EngineRules RULES = TestEngineRules.RULES;

    /** Backend, a command as people write it, and what the engine gets. */
    static Stream<Arguments> commands() {
        return Stream.of(
                Arguments.of(
                        "llamacpp",
                        "llama-server -m qwen3.gguf -c 8192 --parallel 4",
                        "llama-server -m qwen3.gguf -c 8192 --parallel 4"),
                Arguments.of(
                        "llamacpp",
                        "llama-server --model=x.gguf --ctx_size=512 -ngl all -fa --jinja -n -1",
                        "llama-server --model x.gguf --ctx-size 512 -ngl all -fa --jinja -n -1"),
                Arguments.of(
                        "llamacpp",
                        "llama-server -fa on -m /models/a.gguf --lora l1.gguf --lora l2.gguf --temp .7 -ts 3,1",
                        "llama-server -fa on -m /models/a.gguf --lora l1.gguf --lora l2.gguf --temp .7 -ts 3,1"),
                Arguments.of(
                        "llamacpp",
                        "llama-server -m x --chat-template llama3 --chat-template-kwargs '{\"enable_thinking\": false, \"a\":\"b c\"}'",
                        "llama-server -m x --chat-template llama3 --chat-template-kwargs {\"enable_thinking\": false, \"a\":\"b c\"}"),
                Arguments.of(
                        "vllm",
                        "vllm serve google/gemma-4-26b --max-model-len 8192 --gpu-memory-utilization 0.92",
                        "vllm serve google/gemma-4-26b --max-model-len 8192 --gpu-memory-utilization 0.92"),
                Arguments.of(
                        "vllm",
                        "vllm serve --max_model_len=32k -tp 2 Qwen/Qwen2.5-7B-Instruct --enable-auto-tool-choice --tool-call-parser qwen3_coder",
                        "vllm serve --max-model-len 32k -tp 2 Qwen/Qwen2.5-7B-Instruct --enable-auto-tool-choice --tool-call-parser qwen3_coder"),
                Arguments.of(
                        "vllm",
                        "vllm serve ./local --limit-mm-per-prompt '{\"image\":2}'",
                        "vllm serve ./local --limit-mm-per-prompt {\"image\":2}"),
                Arguments.of("vllm", "vllm serve --model gpt2", "vllm serve --model gpt2"),
                Arguments.of("vllm", "vllm serve org/repo:Q4_K_M", "vllm serve org/repo:Q4_K_M"),
                Arguments.of("vllm-omni", "vllm serve org/m --omni", "vllm serve org/m --omni"),
                Arguments.of(
                        "sglang",
                        "sglang serve --model org/m --tp 2 --reasoning-parser deepseek-r1",
                        "sglang serve --model org/m --tp 2 --reasoning-parser deepseek-r1"),
                Arguments.of(
                        "sglang",
                        "python -m sglang.launch_server --model-path /models/m",
                        "python -m sglang.launch_server --model-path /models/m"),
                Arguments.of(
                        "stablediffusioncpp",
                        "sd-server --diffusion-model flux.gguf --clip_l clip.safetensors --vae ae.safetensors --diffusion-fa --steps 4",
                        "sd-server --diffusion-model flux.gguf --clip_l clip.safetensors --vae ae.safetensors --diffusion-fa --steps 4"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void writesEachFlagAsItIsListedAndItsValueApart(String backend, String command, String expected) {
        CheckedCommand checked = command(backend, command);

        List<String> words = new ArrayList<>(checked.beginning());
        words.addAll(checked.arguments());
        assertThat(String.join(" ", words)).isEqualTo(expected);
    }

    @Test
    void namesTheModelFilesThatAreNotThereYet() {
        assertThat(command("llamacpp", "llama-server -m x.gguf --mmproj y.gguf").missing())
                .containsExactly("x.gguf", "y.gguf");
    }

    @Test
    void saysHowAnOperatorAllowsAFlagAndAFolder() {
        assertThatThrownBy(() -> command("llamacpp", "llama-server -m x.gguf --mcp-servers-json '{}'"))
                .hasMessage(
                        "config.command must not carry --mcp-servers-json: declarations may carry listed flags of llama-server"
                                + " only, written out, and this is none; an operator can allow it (ik server --engine-flags)");
        assertThatThrownBy(() -> command("llamacpp", "llama-server -m /etc/passwd"))
                .hasMessageContaining("ik server --models");
        assertThatThrownBy(() -> command("llamacpp", "llama-server -m x --api-key y"))
                .hasMessage(
                        "config.command must not set --api-key: the platform gives each model server a secret of its own");
        assertThatThrownBy(() -> command("vllm", "vllm serve m --served_model_name y"))
                .hasMessageContaining("the platform names the model after the workload's slug");
    }

    @Test
    void takesWhatAnOperatorAddsAndNothingElse() {
        EngineRules more = new EngineRules(
                EngineLists.builtIn()
                        .plus(
                                "[llama-server]\n--hf-repo, -hf text\n--chat-template-file model-file\nenv HF_TOKEN secret"),
                TestEngineRules::find,
                Set.of());

        more.plan(
                "llamacpp",
                "m",
                Map.of(
                        "command",
                        "llama-server -m x --hf_repo org/x --chat-template-file t.jinja",
                        "env",
                        Map.of("HF_TOKEN", Map.of("secret_ref", "hf"))));
        assertThatThrownBy(() -> more.plan("llamacpp", "m", Map.of("command", "llama-server -m x --hf-file y")))
                .hasMessageContaining("--hf-file");
        assertThatThrownBy(() -> more.plan("llamacpp", "m", Map.of("command", "llama-server -m x --hf-repo '--tools'")))
                .hasMessageContaining("--hf-repo");
        assertThatThrownBy(() -> more.plan("vllm", "m", Map.of("command", "vllm serve m --hf-repo y")))
                .hasMessageContaining("--hf-repo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "vllm | HF_TOKEN | hf_abc | must be {\"secret_ref\": NAME}",
                "vllm | VLLM_PLUGINS | x | is none of the environment variables",
                "vllm | LD_PRELOAD | /x.so | is none of",
                "vllm | PATH | /tmp | is none of",
                "vllm | PYTHONPATH | /tmp | is none of",
                "vllm | HF_ENDPOINT | http://x | is none of",
                "vllm | VLLM_API_KEY | x | is none of",
                "vllm | VLLM_CONFIGURE_LOGGING | 1 | is none of",
                "vllm | VLLM_ALLOW_INSECURE_SERIALIZATION | 1 | is none of",
                "vllm | VLLM_USE_V1 | 2 | must be a string: one of 0, 1",
                "vllm | VLLM_ATTENTION_BACKEND | ../x | must be a string: a name",
                "vllm | vllm_use_v1 | 1 | is none of",
                "llamacpp | LLAMA_ARG_MODEL_URL | http://x | is none of",
                "llamacpp | GGML_BACKEND_PATH | /x.so | is none of",
                "llamacpp | OMP_NUM_THREADS | null | must be a string",
                "ollama | OLLAMA_HOST | 0.0.0.0 | is none of",
                "ollama | OLLAMA_MODELS | / | is none of",
                "ollama | OLLAMA_ORIGINS | * | is none of"
            })
    void refusesVariablesThatAreNotListed(String backend, String name, @Nullable String value, String message) {
        Map<String, @Nullable Object> env = new HashMap<>();
        env.put(name, value);

        InvalidFieldException refused =
                catchThrowableOfType(InvalidFieldException.class, () -> RULES.plan(backend, "m", Map.of("env", env)));

        assertThat(refused.field()).isEqualTo("config.env." + name);
        assertThat(refused).hasMessageContaining(message);
        if (value != null && value.length() > 2) {
            assertThat(refused.getMessage()).doesNotContain(value);
        }
    }

    @Test
    void takesVariablesAndNamesOfSecrets() {
        Map<String, @Nullable Object> config = Map.of(
                "command",
                "vllm serve m",
                "env",
                Map.of(
                        "HF_TOKEN",
                        Map.of("secret_ref", "hf"),
                        "VLLM_CPU_KVCACHE_SPACE",
                        "4",
                        "CUDA_VISIBLE_DEVICES",
                        "0,1"));

        EnginePlan plan = RULES.plan("vllm", "m", config).orElseThrow();

        assertThat(plan.environment()).isEqualTo(Map.of("VLLM_CPU_KVCACHE_SPACE", "4", "CUDA_VISIBLE_DEVICES", "0,1"));
        assertThat(plan.secrets()).isEqualTo(Map.of("HF_TOKEN", "hf"));
        assertThat(EngineSecrets.in(config)).isEqualTo(Map.of("HF_TOKEN", "hf"));
        for (Object wrong :
                List.of(Map.of("secret_ref", "a b"), Map.of("secret_ref", "a", "x", 1), Map.of(), List.of(), 5)) {
            assertThatThrownBy(() -> RULES.plan(
                            "vllm", "m", Map.of("command", "vllm serve m", "env", Map.of("HF_TOKEN", wrong))))
                    .isInstanceOf(InvalidFieldException.class);
        }
    }

    @Test
    void choosesAnInstalledVersionOrSaysWhichThereAre() {
        assertThat(RULES.plan("vllm", "m", Map.of("command", "vllm serve m", "vllm_version", "0.11.0"))
                        .orElseThrow()
                        .version())
                .isEqualTo("0.11.0");
        assertThatThrownBy(() -> RULES.plan("vllm", "m", Map.of("command", "vllm serve m", "vllm_version", "0.9")))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class, e -> assertThat(e.field()).isEqualTo("config.vllm_version"))
                .hasMessage("config.vllm_version names a version that is not installed here; installed are 0.11.0");
        EngineRules none = new EngineRules(EngineLists.builtIn(), TestEngineRules::find, Set.of());
        assertThatThrownBy(() -> none.plan("vllm", "m", Map.of("command", "vllm serve m", "vllm_version", "0.9")))
                .hasMessageContaining("ik server --vllm-env");
    }

    @Test
    void checksTheModelNameThatBecomesAFlag() {
        CheckedCommand usual = Objects.requireNonNull(
                RULES.plan("sglang", "org/model", null).orElseThrow().command());
        assertThat(usual.arguments()).containsExactly("--model-path", "org/model");
        for (String name : List.of("../x", "/etc", "--trust-remote-code", "a b")) {
            assertThatThrownBy(() -> RULES.plan("sglang", name, null))
                    .isInstanceOfSatisfying(
                            InvalidFieldException.class,
                            e -> assertThat(e.field()).isEqualTo("model_name"));
        }
    }

    @Test
    void leavesBackendsAloneThatRunNoProgram() {
        assertThat(RULES.plan("simulator", "m", Map.of("command", "x"))).isEmpty();
        assertThat(RULES.plan("external", "m", Map.of())).isEmpty();
        assertThat(RULES.plan("ollama", "m", Map.of()).orElseThrow().command()).isNull();
    }

    /** Whatever is accepted consists of listed flags with values of their kinds, and of one model where the engine takes one. */
    @Test
    void acceptsNothingButListedFlagsWithValuesOfTheirKinds() {
        Random random = new Random(11);
        List<Engine> withCommands =
                List.of(Engine.LLAMA_SERVER, Engine.VLLM, Engine.VLLM_OMNI, Engine.SGLANG, Engine.SD_SERVER);
        int accepted = 0;
        for (int round = 0; round < 60_000; round++) {
            Engine engine = withCommands.get(random.nextInt(withCommands.size()));
            EngineList list = RULES.lists().of(engine);
            String line = randomLine(random, engine, list);
            CheckedCommand checked;
            try {
                checked = command(backendOf(engine), line);
            } catch (InvalidFieldException e) {
                assertThat(e.field()).isEqualTo("config.command");
                continue;
            }
            accepted++;
            assertThat(engine.beginnings()).contains(checked.beginning());
            EngineCommandFuzz.assertListed(engine, checked.arguments());
        }
        assertThat(accepted).isGreaterThan(2_000);
    }

    private static String backendOf(Engine engine) {
        return switch (engine) {
            case LLAMA_SERVER -> "llamacpp";
            case SD_SERVER -> "stablediffusioncpp";
            default -> engine.program();
        };
    }

    private static String randomLine(Random random, Engine engine, EngineList list) {
        List<String> flags = List.copyOf(list.flags().keySet());
        List<String> odd = List.of(
                "--tools",
                "--mcp-servers-json",
                "--trust-remote-code",
                "-v",
                "--",
                "-",
                "@x",
                "/etc/passwd",
                "../x",
                "a,b",
                "--api-key=x",
                "--config",
                "''",
                "'a\nb'",
                "org/model",
                "8",
                "-1",
                "0.5",
                "on",
                "name",
                "x.gguf",
                "{}",
                "'{\"a\":1}'",
                "--model.x",
                "--ctx_size",
                "auto",
                "1,2",
                "--host=0.0.0.0");
        List<String> words = new ArrayList<>(
                engine.beginnings().get(random.nextInt(engine.beginnings().size())));
        words.add(engine.modelFlags().getFirst());
        words.add("x");
        for (int i = random.nextInt(4); i >= 0; i--) {
            String flag = flags.get(random.nextInt(flags.size()));
            switch (random.nextInt(8)) {
                case 0 -> words.add(odd.get(random.nextInt(odd.size())));
                case 1 -> words.add(flag.substring(0, 1 + random.nextInt(flag.length())));
                case 2 -> words.add(flag + "=" + odd.get(random.nextInt(odd.size())));
                case 3 -> words.add(flag.replace('-', '_'));
                case 4 -> words.add(flag.toUpperCase(Locale.ROOT));
                default -> {
                    words.add(flag);
                    if (!(list.flag(flag).orElseThrow().kind() instanceof ValueKind.None)) {
                        words.add(odd.get(random.nextInt(odd.size())));
                    }
                }
            }
        }
        return String.join(" ", words);
    }

    private static CheckedCommand command(String backend, String line) {
        return Objects.requireNonNull(
                RULES.plan(backend, "m", Map.of("command", line)).orElseThrow().command());
    }
}
