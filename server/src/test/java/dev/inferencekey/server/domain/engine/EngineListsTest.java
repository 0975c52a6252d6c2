package dev.inferencekey.server.domain.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineListsTest {
    @Test
    void readsALineForEachFlagAndVariable() {
        EngineLists lists = EngineLists.builtIn().plus("""
                # Ours
                [sglang, vllm]
                --chat-template   model-file     # a file with a template
                --enable-x, -x    none
                --level           integer 0..3 or auto
                env MY_TOKEN      secret
                """);

        assertThat(lists.of(Engine.VLLM).flag("--chat_template").orElseThrow().kind())
                .isEqualTo(ValueKind.ModelPath.FILE);
        assertThat(lists.of(Engine.SGLANG).flag("-x").orElseThrow().kind()).isEqualTo(new ValueKind.None());
        assertThat(lists.of(Engine.SGLANG).variables()).containsEntry("MY_TOKEN", ValueKind.Shape.SECRET);
        assertThat(lists.of(Engine.VLLM_OMNI).flag("-x")).isEmpty();
        assertThat(lists.of(Engine.VLLM).flag("--max-model-len"))
                .as("the built-in ones stay")
                .isPresent();
        ValueKind level = lists.of(Engine.VLLM).flag("--level").orElseThrow().kind();
        assertThat(level.accepts("3") && level.accepts("auto")).isTrue();
        assertThat(level.accepts("4")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--x none | line 1: a line [ENGINE] must come first",
                "[lama]:--x none | line 1: unknown engine lama; known ones are llama-server, vllm",
                "[vllm:--x none | line 1: a line that begins with [ must end with ]",
                "[vllm]:--x nothing | line 2: unknown kind nothing; known ones are none, integer",
                "[vllm]:--x | line 2: a flag or variable and the kind of its value must stand here",
                "[vllm]:x none | line 2: x is not a flag",
                "[vllm]:--host text | line 2: the flag --host can't be allowed: the platform chooses where",
                "[vllm]:--api-key text | line 2: the flag --api-key can't be allowed",
                "[sd-server]:-l text | line 2: the flag -l can't be allowed",
                "[vllm]:--x secret | line 2: a secret can't be the value of a flag",
                "[vllm]:--x integer 1-2 | line 2: the range of an integer is written as 0..10",
                "[vllm]:--x number a | line 2: the range of a number is written as 0..1.5",
                "'[vllm]:--x choice a|-b' | line 2: the words of a choice",
                "[vllm]:env LD_PRELOAD text | line 2: the variable LD_PRELOAD can't be allowed",
                "[vllm]:env PYTHONPATH text | line 2: the variable PYTHONPATH can't be allowed",
                "[llama-server]:env LLAMA_ARG_HOST text | line 2: the variable LLAMA_ARG_HOST can't be allowed",
                "[vllm]:env A-B text | line 2: A-B is not the name of an environment variable",
                "[vllm]:env A none | line 2: the kind none is for flags only"
            })
    void namesTheLineThatIsWrong(String text, String message) {
        assertThatThrownBy(() -> EngineLists.builtIn().plus(text.replace(":", "\n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void theBuiltInListsLetNoPathAddressOrProgramThrough() {
        for (Engine engine : Engine.values()) {
            EngineList list = EngineLists.builtIn().of(engine);
            list.flags().values().forEach(flag -> {
                assertThat(flag.kind()).as(flag.name()).isNotEqualTo(ValueKind.Shape.TEXT);
                for (String value : new String[] {
                    "/etc/passwd", "../x", "http://x", "127.0.0.1:80", "a b", "$(x)", "@x", "-x", "a\nb"
                }) {
                    boolean model = flag.kind() instanceof ValueKind.ModelPath;
                    assertThat(flag.kind().accepts(value) && !model)
                            .as(flag.name() + " " + value)
                            .isFalse();
                }
            });
        }
    }
}
