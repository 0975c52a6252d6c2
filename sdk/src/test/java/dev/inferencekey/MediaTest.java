package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class MediaTest {
    private static final String PNG = "iVBORw0KGgo=";

    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void drawsPictures() {
        server.nextJson(200, Golden.text("data/images-generations.response.json"));

        ImageResult result = data.endpoint("painter")
                .generateImage(ImageParams.builder()
                        .prompt("a fox in the snow")
                        .count(1)
                        .size("512x512")
                        .responseFormat("b64_json")
                        .build());

        assertThat(Golden.parse(server.onlyRequest().body().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Golden.object("data/images-generations.request.json"));
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/painter/v1/images/generations");
        assertThat(result.image().bytes())
                .hasValueSatisfying(bytes -> assertThat(bytes).hasSize(8).startsWith(0x89, 'P', 'N', 'G'));
        assertThat(result.image().mediaType()).hasValue("image/png");
        assertThat(result).hasToString("ImageResult[GeneratedImage[image/png, 8 bytes]]");
    }

    @Test
    void readsAddressesTypesAndUsage() {
        server.nextJson(
                200,
                json("{'output_format':'jpeg','model':'m','usage':{'input_tokens':4,'output_tokens':5},'data':["
                        + "{'url':'https://cdn.example.com/a?secret=1','revised_prompt':'a red fox'},"
                        + "{'url':'data:image/png;base64,AQI='},{'b64_json':'/9j/'},{'b64_json':'AQI='},"
                        + "{'b64_json':'UklGRgAAAABXRUJQ'}]}"));

        ImageResult result = data.endpoint("painter").generateImage(ImageParams.ofPrompt("a fox"));

        assertThat(result.images())
                .extracting(GeneratedImage::mediaType)
                .extracting(Optional::orElseThrow)
                .containsExactly("image/jpeg", "image/png", "image/jpeg", "image/jpeg", "image/webp");
        assertThat(result.image().url()).hasValue("https://cdn.example.com/a?secret=1");
        assertThat(result.image().bytes()).isEmpty();
        assertThat(result.image().revisedPrompt()).hasValue("a red fox");
        assertThat(result.image()).hasToString("GeneratedImage[image/jpeg, at cdn.example.com]");
        assertThat(result.images().get(1).bytes())
                .hasValueSatisfying(bytes -> assertThat(bytes).containsExactly(1, 2));
        assertThat(result.usage()).isEqualTo(new Usage(4, 5, 9));
        assertThat(result.model()).isEqualTo("m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'data':[]}",
                "{'data':[7]}",
                "{'data':[{'b64_json':''}]}",
                "{'data':[{'b64_json':'iVBORw0KGg'}]}x",
                "{'data':[{'b64_json':'iVBO*'}]}",
                "{'data':[{'url':''}]}",
                "{'data':[{'url':'data:image/png,AQI='}]}",
                "{'data':[{'url':'data:image/png;base64'}]}"
            })
    void saysSoIfPicturesAreNone(String body) {
        server.nextJson(200, json(body));

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> data.endpoint("painter").generateImage(ImageParams.ofPrompt("a fox")))
                .withMessageStartingWith("api error [200]: the answer can't be read: ");
    }

    @Test
    void speaks() {
        server.next((request, answer) ->
                answer.begin(200, "audio/wav").send("RIFF").send("sound").end());

        SpeechResult result = data.endpoint("speaker")
                .generateSpeech(SpeechParams.builder()
                        .input("Your order arrives tomorrow.")
                        .voice("alba")
                        .format("wav")
                        .build());

        assertThat(Golden.parse(server.onlyRequest().body().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Golden.object("data/audio-speech.request.json"));
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/speaker/v1/audio/speech");
        assertThat(server.onlyRequest().header("Accept")).hasValue("*/*");
        assertThat(result.bytes()).asString(StandardCharsets.UTF_8).isEqualTo("RIFFsound");
        assertThat(result).hasToString("SpeechResult[audio/wav, 9 bytes]");
    }

    @Test
    void saysSoIfThereIsNoSound() {
        server.nextJson(200, "{}");
        server.next((request, answer) -> answer.whole(200, "text/html", "<html>"));
        server.next((request, answer) -> answer.whole(200, "audio/wav", ""));
        for (String what : List.of("application/json came", "text/html came", "nothing came")) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> data.endpoint("speaker").generateSpeech(SpeechParams.of("Hi", "alba")))
                    .withMessageEndingWith("audio was due, " + what);
        }
    }

    @Test
    void sendsARecordingFromDisk(@TempDir Path folder) throws IOException {
        server.nextJson(200, Golden.text("data/audio-transcriptions.response.json"));
        Path file = Files.writeString(folder.resolve("a \"call\".mp3"), "0123456789\r\n".repeat(200_000));

        TranscriptionResult result = data.endpoint("scribe")
                .transcribe(TranscriptionParams.builder(file)
                        .language("es")
                        .prompt("Ñandú")
                        .temperature(0.5)
                        .format("json")
                        .extra("timestamp_granularities", List.of("word", "segment"))
                        .build());

        FakeServer.Request request = server.onlyRequest();
        String type = request.header("Content-Type").orElseThrow();
        String boundary = type.substring("multipart/form-data; boundary=".length());
        String parts = Stream.of(
                        "name=\"model\"\r\n\r\nscribe",
                        "name=\"language\"\r\n\r\nes",
                        "name=\"prompt\"\r\n\r\nÑandú",
                        "name=\"temperature\"\r\n\r\n0.5",
                        "name=\"response_format\"\r\n\r\njson",
                        "name=\"timestamp_granularities[]\"\r\n\r\nword",
                        "name=\"timestamp_granularities[]\"\r\n\r\nsegment",
                        "name=\"file\"; filename=\"a %22call%22.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\n"
                                + Files.readString(file))
                .map(part -> "--" + boundary + "\r\nContent-Disposition: form-data; " + part + "\r\n")
                .reduce("", String::concat);
        assertThat(request.body().equals(parts + "--" + boundary + "--\r\n")).isTrue();
        assertThat(request.path()).isEqualTo("/endpoint/acme/scribe/v1/audio/transcriptions");
        assertThat(request.header("Content-Length")).isPresent();
        assertThat(result.text()).isEqualTo("Where is my order?");
        assertThat(Objects.requireNonNull(result.raw()).text())
                .isEqualTo(Golden.text("data/audio-transcriptions.response.json"));
    }

    @Test
    void sendsARecordingAgainWhole(@TempDir Path folder) throws IOException {
        server.nextJson(503, "{}").nextJson(200, json("{'text':'Hi'}"));
        Path file = Files.writeString(folder.resolve("a.wav"), "sound");
        try (DataClient patient = Clients.data(server)
                .retryInference(true)
                .timing(new FakeTiming())
                .build()) {
            assertThat(patient.endpoint("scribe").transcribe(file).text()).isEqualTo("Hi");
        }
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().get(1).body())
                .isEqualTo(server.requests().get(0).body())
                .contains("\r\n\r\nsound\r\n--");
    }

    @Test
    void readsEachFormatOfATranscript() {
        Endpoint scribe = data.endpoint("scribe");
        TranscriptionParams params =
                TranscriptionParams.builder(new byte[] {1}, "a.wav").build();

        server.nextJson(
                200,
                json(
                        "{'text':'Hello','language':'en','duration':'2.5','segments':[{'start':0,'end':1.5,'text':'Hel'},{'start':-1},7],"
                                + "'usage':{'type':'duration','seconds':3}}"));
        TranscriptionResult verbose = scribe.transcribe(params);
        assertThat(verbose.segments())
                .containsExactly(new TranscriptionResult.Segment(Duration.ZERO, Duration.ofMillis(1500), "Hel"));
        assertThat(verbose)
                .hasToString("TranscriptionResult[\"Hello\", language=en, duration=PT2.5S, segments=1, usage=null]");
        server.nextJson(200, json("{'text':'Hi','usage':{'type':'tokens','input_tokens':7,'output_tokens':1}}"));
        assertThat(scribe.transcribe(params).usage()).isEqualTo(new Usage(7, 1, 8));
        server.next((request, answer) -> answer.whole(200, "text/vtt; charset=utf-8", "WEBVTT\n"));
        assertThat(scribe.transcribe(params))
                .extracting(TranscriptionResult::text, TranscriptionResult::raw)
                .containsExactly("WEBVTT\n", null);
        server.nextJson(200, "\"quoted\"");
        assertThat(scribe.transcribe(params).text()).isEqualTo("quoted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "7", "null", "{'text':7}", "{"})
    void saysSoIfATranscriptIsNone(String body) {
        server.nextJson(200, json(body));

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> data.endpoint("scribe")
                        .transcribe(
                                TranscriptionParams.builder(new byte[1], "a").build()));
    }

    @Test
    void worksWithoutWaitingToo() {
        server.nextJson(200, json("{'data':[{'b64_json':'" + PNG + "'}]}"));
        assertThat(data.endpoint("m").generateImageAsync(ImageParams.ofPrompt("a fox")))
                .succeedsWithin(Clients.LIMIT);
        server.next((request, answer) -> answer.whole(200, "audio/mpeg", "sound"));
        assertThat(data.endpoint("m").generateSpeechAsync(SpeechParams.of("Hi", "alba")))
                .succeedsWithin(Clients.LIMIT);
        server.nextJson(200, json("{'text':'Hi'}"));
        assertThat(data.endpoint("m")
                        .transcribeAsync(TranscriptionParams.builder(new byte[1], "a.flac")
                                .build()))
                .succeedsWithin(Clients.LIMIT);
    }

    static Stream<ThrowingCallable> unfit() {
        Consumer<Object> nothing = built -> {};
        return Stream.of(
                () -> ImageParams.ofPrompt(" "),
                () -> ImageParams.builder().build(),
                () -> ImageParams.builder().count(0),
                () -> ImageParams.builder().size(""),
                () -> ImageParams.builder().extra("prompt", "x"),
                () -> nothing.accept(
                        ImageParams.builder().prompt("x").count(2).extra("n", 3).build()),
                () -> SpeechParams.builder().voice("alba").build(),
                () -> SpeechParams.builder().speed(5),
                () -> SpeechParams.builder().speed(Double.NaN),
                () -> SpeechParams.builder().extra("stream_format", "sse"),
                () -> TranscriptionParams.builder(new byte[1], " "),
                () -> TranscriptionParams.builder(new byte[1], "a").temperature(2),
                () -> TranscriptionParams.builder(new byte[1], "a").extra("x", Map.of()));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void refusesWhatCannotBeRight(ThrowingCallable call) {
        assertThatExceptionOfType(ValidationException.class).isThrownBy(call);
    }

    @Test
    void saysThatThereIsNoFile(@TempDir Path folder) {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> data.endpoint("scribe").transcribe(folder.resolve("none.wav")))
                .withMessageContaining("there is no file");
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> data.endpoint("scribe").transcribe(folder));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void showsNothingPrivate() {
        assertThat(ImageParams.ofPrompt("private")).hasToString("ImageParams[prompt]");
        assertThat(SpeechParams.of("private", "alba")).hasToString("SpeechParams[input, voice]");
        assertThat(TranscriptionParams.builder(new byte[1], "a.wav")
                        .language("es")
                        .build())
                .hasToString("TranscriptionParams[a.wav, [language]]");
    }
}
