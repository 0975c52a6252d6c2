package dev.inferencekey.engine.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.PoolingType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class EngineOptionsTest {

    @Test
    void defaultsAreThoseOfLlamaServer() {
        assertThat(EngineOptions.parse("-m", "models/some.gguf"))
                .isEqualTo(new EngineOptions(
                        "127.0.0.1",
                        0,
                        Path.of("models/some.gguf"),
                        "some",
                        4096,
                        1,
                        -1,
                        512,
                        Task.GENERATE,
                        PoolingType.UNSPECIFIED,
                        false,
                        false,
                        Map.of()));
    }

    @Test
    void everyFlagOfTheEngineCanBeSetWithASpaceOrAnEqualsSign() {
        List<String> line =
                List.of("--host=::1 --port 81 --model a.gguf --alias=b -c 100 -np 3 --predict=9 -ub 7".split(" "));
        List<String> all = new ArrayList<>(line);
        all.addAll(List.of("--embeddings", "--pooling", "cls", "--jinja", "-v", "-ngl", "99", "--no-mmap", "-fa"));

        assertThat(EngineOptions.parse(all.toArray(String[]::new)))
                .isEqualTo(new EngineOptions(
                        "::1",
                        81,
                        Path.of("a.gguf"),
                        "b",
                        100,
                        3,
                        9,
                        7,
                        Task.EMBED,
                        PoolingType.CLS,
                        true,
                        true,
                        Map.of(
                                NativeFlag.GPU_LAYERS, "99",
                                NativeFlag.NO_MMAP, "",
                                NativeFlag.FLASH_ATTENTION, "on")));
    }

    @ParameterizedTest
    @CsvSource({"-fa on -t 2,on", "-fa off -t 2,off", "-fa -t 2,on", "--flash-attn=auto -t 2,auto", "-t 2 -fa,on"})
    void flashAttentionMayStandAlone(String line, String expected) {
        EngineOptions options = EngineOptions.parse(("-m a.gguf " + line).split(" "));

        assertThat(options.nativeFlags())
                .containsEntry(NativeFlag.FLASH_ATTENTION, expected)
                .containsEntry(NativeFlag.THREADS, "2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-m|needs a value",
                "-m a.gguf --ctx-size|needs a value",
                "-m a.gguf -c many|whole number",
                "-m a.gguf -c -1|from 0",
                "-m a.gguf -np 0|from 1",
                "-m a.gguf --port 70000|65535",
                "-m a.gguf --temp warm|number such as",
                "-m a.gguf --temp NaN|number such as",
                "-m a.gguf --pooling sum|none, mean, cls, last, rank",
                "-m a.gguf --numa everywhere|distribute, isolate, numactl",
                "-m a.gguf --mlock=yes|takes no value",
                "-m a.gguf --embedding=yes|takes no value",
                "-m a.gguf --wat|does not know the flag --wat",
                "-m a.gguf -wat=3|does not know the flag -wat=3",
                "-m a.gguf stray|stands alone",
                "-m a.gguf --api-key x|standard input",
                "-m a.gguf --embedding --reranking|exclude each other",
                "-m a.gguf --chat-template mine|known chat format",
                "-m a.gguf --chat-template llama3 --jinja|keep one",
                "--ctx-size 5|add -m",
                "--alias= -m a.gguf|not empty",
            })
    void aWrongLineGetsOneSentence(String line, String expected) {
        assertThatThrownBy(() -> EngineOptions.parse(line.split(" ")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(expected)
                .hasMessageEndingWith(".")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @EnumSource(NativeFlag.class)
    void everyNativeFlagReachesTheBindingUnderEachOfItsNames(NativeFlag flag) {
        String value = switch (flag) {
            case SPLIT_MODE -> "layer";
            case NUMA -> "isolate";
            case CACHE_TYPE_K, CACHE_TYPE_V -> "q8_0";
            case ROPE_SCALING -> "yarn";
            case CHAT_TEMPLATE -> "llama3";
            case FLASH_ATTENTION -> "on";
            default -> flag.kind().takesNoValue() ? "" : "1";
        };
        for (String name : flag.names()) {
            EngineOptions options = value.isEmpty()
                    ? EngineOptions.parse("-m", "a.gguf", name)
                    : EngineOptions.parse("-m", "a.gguf", name, value);
            ModelParameters parameters = new ModelParameters();

            options.nativeFlags().forEach((set, to) -> set.apply(parameters, to));

            assertThat(parameters.toArray())
                    .contains(
                            flag.names().getLast().equals("--n-gpu-layers")
                                    ? "--gpu-layers"
                                    : flag.names().getLast());
        }
    }

    @Test
    void slotsShareTheContext() {
        EngineOptions options = EngineOptions.parse("-m", "a.gguf", "-c", "1000", "-np", "3");
        EngineOptions trained = EngineOptions.parse("-m", "a.gguf", "-c", "0", "-np", "2");

        assertThat(options.contextPerSlot(OptionalInt.of(8000))).isEqualTo(333);
        assertThat(trained.contextPerSlot(OptionalInt.of(8000))).isEqualTo(4000);
        assertThat(trained.contextPerSlot(OptionalInt.empty())).isEqualTo(2048);
    }
}
