package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Uploads of sound and pictures, and the forms in which they are answered. */
@Tag("slow")
final class SimulatorAudioTest extends SimulatorFixture {
    private HttpResponse<String> upload(ReplicaTarget target, String route, int size, Map<String, String> fields)
            throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(text("""
                --b\r
                Content-Disposition: form-data; name="file"; filename="a.wav"\r
                Content-Type: audio/wav\r
                \r
                """));
        // Line breaks and the beginnings of boundaries in the file are the file's own.
        byte[] file = new byte[size];
        for (int i = 0; i < size; i++) {
            file[i] = (byte) "\r\n--\r\r\n--c".charAt(i % 10);
        }
        body.writeBytes(file);
        fields.forEach((name, value) -> body.writeBytes(
                text("\r\n--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value)));
        body.writeBytes(text("\r\n--b--\r\n"));
        HttpRequest request = HttpRequest.newBuilder(target.baseUrl().resolve("/" + route))
                .header("Authorization", "Bearer " + target.bearerSecret())
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void transcribesAnUploadOfAnySizeWithoutHoldingIt() throws Exception {
        JsonNode answer = JSON.readTree(upload(ready(FAST), "v1/audio/transcriptions", 3_000_000, Map.of())
                .body());

        assertThat(answer.path("text").asString()).startsWith("This is a simulated answer.");
        assertThat(answer.path("usage").path("input_tokens").asInt()).isEqualTo(3_001);
        assertThat(answer.path("usage").path("output_tokens").asInt())
                .isEqualTo(SimulatedText.countTokens(answer.path("text").asString()));
    }

    @ParameterizedTest
    @CsvSource({
        "text, text/plain, This is a simulated",
        "srt, application/x-subrip, '1\n00:00:00,000 --> '",
        "vtt, text/vtt, 'WEBVTT\n\n1\n00:00:00.000 --> '"
    })
    void transcribesInTheFormatThatWasAskedFor(String format, String type, String begin) throws Exception {
        HttpResponse<String> response =
                upload(ready(FAST), "v1/audio/transcriptions", 320_000, Map.of("response_format", format));

        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith(type);
        assertThat(response.body()).startsWith(begin);
    }

    @Test
    void tellsWhenEachWordWasSaid() throws Exception {
        JsonNode answer = JSON.readTree(upload(
                        ready(FAST),
                        "v1/audio/transcriptions",
                        320_000,
                        Map.of("response_format", "verbose_json", "timestamp_granularities[]", "word"))
                .body());

        assertThat(answer.path("duration").doubleValue()).isEqualTo(20.0);
        JsonNode last = answer.path("words").path(answer.path("words").size() - 1);
        assertThat(last.path("end").doubleValue()).isEqualTo(20.0);
        assertThat(answer.at("/segments/0/start").doubleValue()).isZero();
        assertThat(answer.at("/usage/seconds").asInt()).isEqualTo(20);
    }

    @Test
    void tellsWhoSaidWhat() throws Exception {
        JsonNode answer = JSON.readTree(
                upload(ready(FAST), "v1/audio/transcriptions", 320_000, Map.of("response_format", "diarized_json"))
                        .body());

        assertThat(answer.at("/segments/0/speaker").asString()).isEqualTo("A");
        assertThat(answer.at("/segments/1/speaker").asString()).isEqualTo("B");
    }

    @Test
    void streamsATranscript() throws Exception {
        List<String> events = events(upload(ready(FAST), "v1/audio/transcriptions", 320_000, Map.of("stream", "true"))
                .body());

        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(JSON.readTree(event).path("delta").asString("")));
        JsonNode done = JSON.readTree(events.getLast());
        assertThat(done.path("type").asString()).isEqualTo("transcript.text.done");
        assertThat(done.path("text").asString()).isEqualTo(text.toString()).isNotEmpty();
        assertThat(done.at("/usage/input_tokens").asInt()).isEqualTo(321);
    }

    @Test
    void drawsAsManyPicturesAsAFormAsksFor() throws Exception {
        JsonNode answer = JSON.readTree(
                upload(ready(FAST), "v1/images/edits", 5_000, Map.of("n", "3", "prompt", "a fox", "size", "64x32"))
                        .body());

        assertThat(answer.path("data").size()).isEqualTo(3);
        byte[] png = Base64.getDecoder().decode(answer.at("/data/0/b64_json").asString());
        // A PNG's size stands behind the name of its first part.
        assertThat(png[19]).isEqualTo((byte) 64);
        assertThat(png[23]).isEqualTo((byte) 32);
    }

    @Test
    void streamsAPictureInParts() throws Exception {
        List<String> events = events(post(
                        ready(FAST),
                        "v1/images/generations",
                        "{\"prompt\":\"a fox\",\"stream\":true,\"partial_images\":2}")
                .body());

        assertThat(events.stream()
                        .map(event -> JSON.readTree(event).path("type").asString()))
                .containsExactly(
                        "image_generation.partial_image",
                        "image_generation.partial_image",
                        "image_generation.completed");
    }

    @Test
    void speaksMp3ThatIsMadeOfFrames() throws Exception {
        HttpResponse<byte[]> response = http.send(
                request(ready(FAST), "v1/audio/speech", "{\"input\":\"hello\",\"response_format\":\"mp3\"}"),
                HttpResponse.BodyHandlers.ofByteArray());

        assertThat(response.headers().firstValue("Content-Type")).contains("audio/mpeg");
        byte[] mp3 = response.body();
        assertThat(mp3.length).isEqualTo(10 * 417);
        for (int frame = 0; frame < mp3.length; frame += 417) {
            assertThat(mp3[frame]).isEqualTo((byte) 0xff);
            assertThat(mp3[frame + 1]).isEqualTo((byte) 0xfb);
        }
    }

    @Test
    void speaksInEvents() throws Exception {
        List<String> events =
                events(post(ready(FAST), "v1/audio/speech", "{\"input\":\"hello\",\"stream_format\":\"sse\"}")
                        .body());

        byte[] first = Base64.getDecoder()
                .decode(JSON.readTree(events.getFirst()).path("audio").asString());
        assertThat(new String(first, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("RIFF");
        assertThat(JSON.readTree(events.getLast()).path("type").asString()).isEqualTo("speech.audio.done");
    }
}
