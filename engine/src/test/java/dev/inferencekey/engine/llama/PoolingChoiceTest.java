package dev.inferencekey.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.kherud.llama.args.PoolingType;
import dev.inferencekey.engine.gguf.GgufHeader;
import dev.inferencekey.engine.options.EngineOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PoolingChoiceTest {

    @ParameterizedTest
    @CsvSource({
        "llama,-1,--embedding,LAST",
        "llama,0,--embedding,LAST",
        "llama,3,--embedding,UNSPECIFIED",
        "llama,-1,--embedding --pooling cls,CLS",
        "nomic-bert,-1,--embedding,MEAN",
        "nomic-bert,1,--embedding,UNSPECIFIED",
        "bert,2,--embedding --pooling mean,MEAN",
        "llama,1,--predict 3,UNSPECIFIED",
    })
    void choosesWhatLlamaCppCanDo(String architecture, int own, String flags, PoolingType expected) {
        assertThat(PoolingChoice.of(options(flags), header(architecture, own))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "llama,-1,--embedding --pooling mean",
        "qwen2,1,--embedding",
        "llama,-1,--embedding --pooling none",
        "bert,-1,--embedding --pooling rank",
        "bert,4,--embedding",
        "llama,-1,--reranking",
    })
    void refusesWhatWouldEndTheProcess(String architecture, int own, String flags) {
        assertThatThrownBy(() -> PoolingChoice.of(options(flags), header(architecture, own)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageEndingWith(".");
    }

    @Test
    void aModelWithAClassifierCanRerank() {
        GgufHeader header = new GgufHeader(Map.of(), Set.of("cls.weight"), 1);

        assertThat(PoolingChoice.of(options("--reranking"), header)).isEqualTo(PoolingType.UNSPECIFIED);
    }

    private static EngineOptions options(String flags) {
        return EngineOptions.parse(("-m a.gguf " + flags).split(" "));
    }

    private static GgufHeader header(String architecture, long pooling) {
        Map<String, Object> metadata = new HashMap<>(Map.of("general.architecture", architecture));
        if (pooling >= 0) {
            metadata.put(architecture + ".pooling_type", pooling);
        }
        return new GgufHeader(metadata, Set.of(), 1);
    }
}
