package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is answered besides text: vectors, ranks, pictures, sound, transcripts. */
@Tag("slow")
final class SimulatorMediaTest extends SimulatorFixture {
    @Test
    void embeddingsAreTheSameInBothEncodings() throws Exception {
        ReplicaTarget target = ready(FAST);

        JsonNode floats =
                JSON.readTree(post(target, "v1/embeddings", "{\"input\":[\"a cat\",\"a dog\"],\"dimensions\":8}")
                        .body());
        JsonNode base64 = JSON.readTree(post(
                        target,
                        "v1/embeddings",
                        "{\"input\":[\"a cat\",\"a dog\"],\"dimensions\":8,\"encoding_format\":\"base64\"}")
                .body());

        for (int i = 0; i < 2; i++) {
            JsonNode entry = floats.path("data").path(i);
            assertThat(entry.path("index").asInt()).isEqualTo(i);
            assertThat(entry.path("embedding").size()).isEqualTo(8);
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder()
                            .decode(base64.path("data")
                                    .path(i)
                                    .path("embedding")
                                    .asString()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int d = 0; d < 8; d++) {
                assertThat(bytes.getFloat())
                        .isEqualTo(entry.path("embedding").path(d).floatValue());
            }
        }
        assertThat(floats.path("usage").path("prompt_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void ranksTheDocumentFirstThatSharesWordsWithTheQuestion() throws Exception {
        JsonNode answer = JSON.readTree(post(ready(FAST), "v1/rerank", """
                        {"query":"red fox","documents":["cold rain","a red fox","wet stone"],"top_n":2,"return_documents":true}""").body());

        assertThat(answer.path("results").size()).isEqualTo(2);
        assertThat(answer.path("results").path(0).path("index").asInt()).isEqualTo(1);
        assertThat(answer.path("results").path(0).path("document").path("text").asString())
                .isEqualTo("a red fox");
        assertThat(answer.path("results").path(0).path("relevance_score").doubleValue())
                .isGreaterThan(
                        answer.path("results").path(1).path("relevance_score").doubleValue());
    }

    @Test
    void drawsPicturesThatCanBeShown() throws Exception {
        JsonNode answer = JSON.readTree(post(ready(FAST), "v1/images/generations", "{\"prompt\":\"a fox\",\"n\":2}")
                .body());

        assertThat(answer.path("data").size()).isEqualTo(2);
        byte[] png = Base64.getDecoder()
                .decode(answer.path("data").path(1).path("b64_json").asString());
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(8);
    }

    @Test
    void speaksSoundThatCanBePlayed() throws Exception {
        ReplicaTarget target = ready(FAST);
        HttpRequest request = request(target, "v1/audio/speech", "{\"input\":\"hello\",\"voice\":\"simulated\"}");

        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());

        assertThat(response.headers().firstValue("Content-Type")).contains("audio/wav");
        assertThat(AudioSystem.getAudioInputStream(new ByteArrayInputStream(response.body()))
                        .getFrameLength())
                .isEqualTo(2_000);
    }

    @Test
    void answersTheRemainingRoutes() throws Exception {
        ReplicaTarget target = ready(FAST);

        JsonNode moderation = JSON.readTree(
                post(target, "v1/moderations", "{\"input\":\"fine\"}").body());
        JsonNode forecast = JSON.readTree(post(target, "forecast", "{\"id\":\"f\",\"target\":[1,2,3],\"horizon\":2}")
                .body());
        JsonNode models = JSON.readTree(get(target, "v1/models").body());
        JsonNode model = JSON.readTree(get(target, "v1/models/simulator/tiny").body());
        JsonNode voices = JSON.readTree(get(target, "v1/audio/voices").body());
        int edited = post(target, "v1/images/edits", "{\"prompt\":\"x\"}").statusCode();

        assertThat(moderation.path("results").path(0).path("flagged").asBoolean())
                .isFalse();
        assertThat(forecast.path("forecast").path("median").toString()).isEqualTo("[2.0,2.0]");
        assertThat(models.path("data").path(0).path("id").asString()).isEqualTo("simulator/tiny");
        assertThat(model.path("id").asString()).isEqualTo("simulator/tiny");
        assertThat(voices.path("voices").path(0).asString()).isEqualTo("simulated");
        assertThat(edited).isEqualTo(200);
    }
}
