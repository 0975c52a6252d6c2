package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class EmbeddingTest {
    private static final String PATH = "/v1/embeddings";

    private EngineProcess engine;

    @BeforeAll
    void start(@TempDir Path folder) {
        engine = EngineProcess.startTiny(folder, "--embedding", "-ub", "64", "-np", "4");
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void givesOneVectorOfLengthOnePerInputInOrder() throws Exception {
        JsonNode answer = engine.ask(PATH, "{\"input\":[\"the house\",\"life\",\"the house\"]}");

        JsonNode data = answer.path("data");
        assertThat(data).hasSize(3);
        assertThat(data.get(1).path("index").intValue()).isEqualTo(1);
        assertThat(data.get(0).path("embedding")).isEqualTo(data.get(2).path("embedding"));
        assertThat(data.get(0).path("embedding")).isNotEqualTo(data.get(1).path("embedding"));
        double square = 0;
        for (JsonNode number : data.get(0).path("embedding")) {
            square += number.doubleValue() * number.doubleValue();
        }
        assertThat(square).isBetween(0.999, 1.001);
        // Begin, the, house; begin, life; and the first again.
        assertThat(answer.path("usage").path("prompt_tokens").intValue()).isEqualTo(3 + 2 + 3);
    }

    @Test
    void givesTheSameNumbersInBase64() throws Exception {
        JsonNode plain = vector(engine.ask(PATH, "{\"input\":\"the house\"}"));
        JsonNode encoded = vector(engine.ask(PATH, "{\"input\":\"the house\",\"encoding_format\":\"base64\"}"));

        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(encoded.stringValue()))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(plain.size() * Float.BYTES);
        for (JsonNode number : plain) {
            assertThat(bytes.getFloat()).isEqualTo((float) number.doubleValue());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"input\":[]}",
                "{\"input\":\"\"}",
                "{\"input\":[1,2]}",
                "{\"input\":\"a\",\"encoding_format\":\"hex\"}",
                "{\"input\":\"a\",\"dimensions\":3}",
            })
    void refusesWhatIsNoInput(String body) throws Exception {
        assertThat(engine.post(PATH, body).statusCode()).isEqualTo(400);
    }

    @Test
    void refusesAnInputLongerThanABatchAndGoesOn() throws Exception {
        var response = engine.post(PATH, "{\"input\":\"" + "the ".repeat(200) + "\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("context_length_exceeded", "64", "--ubatch-size");
        assertThat(engine.ask(PATH, "{\"input\":\"a\"}").path("data")).hasSize(1);
    }

    @Test
    void doesNotGenerateText() throws Exception {
        assertThat(engine.post("/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")
                        .statusCode())
                .isEqualTo(501);
    }

    private static JsonNode vector(JsonNode answer) {
        return answer.path("data").get(0).path("embedding");
    }
}
