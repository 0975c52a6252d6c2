package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioSystem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class SimulatorDriverTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Map<String, @Nullable Object> FAST = Map.of("ttft_ms", 0, "tokens_per_second", 1_000_000);
    private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"How are you?\"}]}";
    private static final String CHAT_STREAM = CHAT.replace("{\"messages\"", "{\"stream\":true,\"messages\"");

    private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-06-15T09:12:44Z"));
    private final ManualPace manualPace = new ManualPace();
    private final SimulatorDriver driver = new SimulatorDriver(new Random(7), new SecureRandom(), clock);
    private final SimulatorDriver slowDriver =
            new SimulatorDriver(new Random(7), new SecureRandom(), clock, manualPace);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        driver.close();
        slowDriver.close();
        http.close();
    }

    @Test
    void answersAChatAndSaysThatItSimulates() throws Exception {
        HttpResponse<String> response = post(ready(FAST), "v1/chat/completions", CHAT);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("X-InferenceKey-Simulated")).contains("true");
        JsonNode answer = JSON.readTree(response.body());
        assertThat(answer.path("model").asString()).isEqualTo("simulator/tiny");
        assertThat(answer.path("object").asString()).isEqualTo("chat.completion");
        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
        assertThat(choice.path("message").path("role").asString()).isEqualTo("assistant");
        String text = choice.path("message").path("content").asString();
        assertThat(text).startsWith("This is a simulated answer.");
        JsonNode usage = answer.path("usage");
        assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(3);
        assertThat(usage.path("completion_tokens").asInt()).isEqualTo(text.split(" ").length);
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(3 + usage.path("completion_tokens").asInt());
    }

    @Test
    void theSamePromptGetsTheSameAnswerAndAnotherPromptAnother() throws Exception {
        ReplicaTarget target = ready(FAST);

        String first = content(post(target, "v1/chat/completions", CHAT));
        String again = content(post(target, "v1/chat/completions", CHAT));
        String other = content(post(target, "v1/chat/completions", CHAT.replace("you", "they")));

        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_tokens", "max_completion_tokens"})
    void staysInsideTheRequestsLimit(String field) throws Exception {
        HttpResponse<String> response = post(
                ready(FAST), "v1/chat/completions", CHAT.replace("{\"messages\"", "{\"" + field + "\":3,\"messages\""));

        JsonNode answer = JSON.readTree(response.body());
        assertThat(content(response)).isEqualTo("This is a");
        assertThat(answer.path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("length");
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(3);
    }

    @Test
    void aStreamPutsTheWholeAnswerTogether() throws Exception {
        ReplicaTarget target = ready(FAST);

        List<String> events =
                events(post(target, "v1/chat/completions", CHAT_STREAM).body());

        assertThat(events.getLast()).isEqualTo("[DONE]");
        StringBuilder text = new StringBuilder();
        for (String event : events.subList(0, events.size() - 1)) {
            JsonNode chunk = JSON.readTree(event);
            assertThat(chunk.path("object").asString()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.path("model").asString()).isEqualTo("simulator/tiny");
            assertThat(chunk.has("usage")).isFalse();
            text.append(
                    chunk.path("choices").path(0).path("delta").path("content").asString(""));
        }
        assertThat(text.toString()).isEqualTo(content(post(target, "v1/chat/completions", CHAT)));
        JsonNode last = JSON.readTree(events.get(events.size() - 2));
        assertThat(last.path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("stop");
    }

    @ParameterizedTest
    @CsvSource({"v1/chat/completions, messages", "v1/completions, prompt"})
    void aStreamTellsItsUsageInAChunkOfItsOwnIfAsked(String route, String field) throws Exception {
        String prompt = field.equals("prompt") ? "\"one two\"" : "[{\"role\":\"user\",\"content\":\"one two\"}]";
        String body = "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":4,\"" + field + "\":"
                + prompt + "}";

        List<String> events = events(post(ready(FAST), route, body).body());

        JsonNode usage = JSON.readTree(events.get(events.size() - 2));
        assertThat(usage.path("choices").isEmpty()).isTrue();
        assertThat(usage.path("usage").path("prompt_tokens").asInt()).isEqualTo(2);
        assertThat(usage.path("usage").path("completion_tokens").asInt()).isEqualTo(4);
        for (String event : events.subList(0, events.size() - 2)) {
            assertThat(JSON.readTree(event).path("usage").isNull()).isTrue();
        }
    }

    @Test
    void eachTokenLeavesWhenItIsDueAndNotLater() throws Exception {
        ReplicaTarget target = readyOn(slowDriver, Map.of("ttft_ms", 100, "tokens_per_second", 10, "output_tokens", 3));
        try (Socket socket = open(target, "v1/chat/completions", CHAT_STREAM)) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertThat(lines.readLine()).startsWith("HTTP/1.1 200");
            // While time stands still, each read below can only be answered by what was sent before.
            manualPace.advanceMillis(100);
            assertThat(nextData(lines)).contains("\"role\":\"assistant\"");
            assertThat(nextData(lines)).contains("\"content\":\"This\"");
            manualPace.advanceMillis(100);
            assertThat(nextData(lines)).contains("\"content\":\" is\"");
            manualPace.advanceMillis(100);
            assertThat(nextData(lines)).contains("\"content\":\" a\"");
            assertThat(nextData(lines)).contains("\"finish_reason\":\"stop\"");
            assertThat(nextData(lines)).isEqualTo("[DONE]");
        }
    }

    @Test
    void stopsBringingForthTokensForACallerThatHasGone() throws Exception {
        SimulatorReplica replica =
                started(driver, Map.of("ttft_ms", 0, "tokens_per_second", 200, "output_tokens", 100_000));
        try (Socket socket = open(target(replica), "v1/chat/completions", CHAT_STREAM)) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            nextData(lines);
            assertThat(replica.active()).isEqualTo(1);
        }

        await().atMost(Duration.ofSeconds(10)).until(() -> replica.active() == 0);
        assertThat(replica.status()).isInstanceOf(ReplicaStatus.Ready.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1/chat/completions",
                "v1/completions",
                "v1/responses",
                "v1/embeddings",
                "v1/rerank",
                "v1/images/generations",
                "v1/images/edits",
                "v1/images/variations",
                "v1/audio/speech",
                "v1/audio/generate",
                "v1/audio/transcriptions",
                "v1/audio/translations",
                "v1/moderations",
                "forecast",
                "nothing"
            })
    void nothingIsAnsweredWithoutTheReplicasSecret(String route) throws Exception {
        ReplicaTarget target = ready(FAST);
        for (String authorization : List.of("", "Bearer wrong", "Bearer", target.bearerSecret() + "")) {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            target.baseUrl().resolve("/" + route))
                    .POST(HttpRequest.BodyPublishers.ofString("{}"));
            if (!authorization.isEmpty()) {
                request.header("Authorization", authorization);
            }
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(JSON.readTree(response.body()).path("error").path("code").asString())
                    .isEqualTo("invalid_api_key");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v1/chat/completions | not json",
                "v1/chat/completions | []",
                "v1/chat/completions | {}",
                "v1/chat/completions | {\"messages\":[]}",
                "v1/chat/completions | {\"messages\":[{\"content\":\"x\"}],\"max_tokens\":0}",
                "v1/chat/completions | {\"messages\":[{\"content\":\"x\"}],\"max_tokens\":\"many\"}",
                "v1/completions | {}",
                "v1/responses | {}",
                "v1/embeddings | {}",
                "v1/embeddings | {\"input\":[]}",
                "v1/embeddings | {\"input\":\"x\",\"dimensions\":99999999}",
                "v1/rerank | {\"documents\":[\"a\"]}",
                "v1/images/generations | {\"prompt\":\"x\",\"n\":1000}",
                "forecast | {\"horizon\":-1}"
            })
    void whatMakesNoSenseIsRefusedAndTheConnectionGoesOn(String route, String body) throws Exception {
        ReplicaTarget target = ready(FAST);

        HttpResponse<String> response = post(target, route, body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).path("error").path("message").asString())
                .isNotEmpty();
        assertThat(post(target, "v1/chat/completions", CHAT).statusCode()).isEqualTo(200);
    }

    @Test
    void unknownRoutesAreNotFound() throws Exception {
        assertThat(post(ready(FAST), "admin/shutdown", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void answersCompletions() throws Exception {
        JsonNode answer =
                JSON.readTree(post(ready(FAST), "v1/completions", "{\"prompt\":\"Once upon\",\"max_tokens\":2}")
                        .body());

        assertThat(answer.path("object").asString()).isEqualTo("text_completion");
        assertThat(answer.path("choices").path(0).path("text").asString()).isEqualTo("This is");
        assertThat(answer.path("usage").path("total_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void answersResponsesWholeAndStreamed() throws Exception {
        ReplicaTarget target = ready(FAST);

        JsonNode whole = JSON.readTree(
                post(target, "v1/responses", "{\"input\":\"Hello\"}").body());
        List<String> events = events(post(target, "v1/responses", "{\"input\":\"Hello\",\"stream\":true}")
                .body());

        String text = whole.path("output")
                .path(0)
                .path("content")
                .path(0)
                .path("text")
                .asString();
        assertThat(text).startsWith("This is a simulated answer.");
        assertThat(whole.path("status").asString()).isEqualTo("completed");
        assertThat(whole.path("usage").path("input_tokens").asInt()).isEqualTo(1);
        List<String> types = events.stream()
                .map(event -> JSON.readTree(event).path("type").asString())
                .toList();
        assertThat(types)
                .startsWith(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta")
                .endsWith(
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        JsonNode last = JSON.readTree(events.getLast());
        assertThat(last.path("sequence_number").asInt()).isEqualTo(events.size() - 1);
        assertThat(last.path("response")
                        .path("output")
                        .path(0)
                        .path("content")
                        .path(0)
                        .path("text")
                        .asString())
                .isEqualTo(text);
    }

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
    void transcribesAnUpload() throws Exception {
        ReplicaTarget target = ready(FAST);
        HttpRequest request = HttpRequest.newBuilder(target.baseUrl().resolve("/v1/audio/transcriptions"))
                .header("Authorization", "Bearer " + target.bearerSecret())
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[3_000_000]))
                .build();

        JsonNode answer = JSON.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());

        assertThat(answer.path("text").asString()).isNotEmpty();
        assertThat(answer.path("usage").path("input_tokens").asInt()).isEqualTo(3_001);
    }

    @Test
    void answersTheRemainingRoutes() throws Exception {
        ReplicaTarget target = ready(FAST);

        JsonNode moderation = JSON.readTree(
                post(target, "v1/moderations", "{\"input\":\"fine\"}").body());
        JsonNode forecast = JSON.readTree(
                post(target, "forecast", "{\"series\":[1,2,3],\"horizon\":2}").body());
        JsonNode models = JSON.readTree(get(target, "v1/models").body());
        JsonNode model = JSON.readTree(get(target, "v1/models/simulator/tiny").body());
        JsonNode voices = JSON.readTree(get(target, "v1/audio/voices").body());
        int edited = post(target, "v1/images/edits", "{\"prompt\":\"x\"}").statusCode();

        assertThat(moderation.path("results").path(0).path("flagged").asBoolean())
                .isFalse();
        assertThat(forecast.path("forecast").toString()).isEqualTo("[2.0,2.0]");
        assertThat(models.path("data").path(0).path("id").asString()).isEqualTo("simulator/tiny");
        assertThat(model.path("id").asString()).isEqualTo("simulator/tiny");
        assertThat(voices.path("voices").path(0).asString()).isEqualTo("simulated");
        assertThat(edited).isEqualTo(200);
    }

    @Test
    void failsAsOftenAsItIsToldTo() throws Exception {
        ReplicaTarget target = ready(Map.of("ttft_ms", 0, "tokens_per_second", 1_000_000, "failure_rate", 0.5));
        int failed = 0;
        for (int i = 0; i < 200; i++) {
            if (post(target, "v1/chat/completions", CHAT).statusCode() == 500) {
                failed++;
            }
        }
        assertThat(failed).isBetween(70, 130);
    }

    @Test
    void aCrashCutsTheStreamAndFailsTheReplica() throws Exception {
        CountDownLatch changed = new CountDownLatch(3);
        Replica replica = driver.start(
                spec(Map.of("ttft_ms", 0, "tokens_per_second", 1_000_000, "crash_rate", 1, "output_tokens", 1_000)),
                changed::countDown);
        await().until(() -> replica.status() instanceof ReplicaStatus.Ready);

        try (Socket socket = open(target(replica), "v1/chat/completions", CHAT_STREAM)) {
            String all = readUntilCut(socket);
            assertThat(all).startsWith("HTTP/1.1 200").doesNotContain("[DONE]").doesNotContain("\r\n0\r\n");
        }

        assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(replica.status()).isInstanceOfSatisfying(ReplicaStatus.Failed.class, failed -> {
            assertThat(failed.retryable()).isTrue();
            assertThat(failed.message()).contains("crash_rate");
        });
        assertThat(replica.logTail(1)).singleElement().asString().contains("crash_rate");
    }

    @Test
    void takesItsTimeToStart() {
        Replica replica = slowDriver.start(spec(Map.of("startup_ms", 5_000)), () -> {});
        await().until(() -> replica.status() instanceof ReplicaStatus.Starting starting
                && starting.step().equals("model_load"));
        manualPace.advanceMillis(4_999);
        assertThat(replica.status()).isInstanceOf(ReplicaStatus.Starting.class);

        manualPace.advanceMillis(1);

        await().until(() -> replica.status() instanceof ReplicaStatus.Ready);
    }

    @Test
    void aReplicaThatIsStoppedWhileItStartsNeverOpens() {
        Replica replica = slowDriver.start(spec(Map.of("startup_ms", 5_000)), () -> {});

        replica.stop();
        manualPace.advanceMillis(10_000);

        assertThat(replica.status()).isInstanceOf(ReplicaStatus.Starting.class);
    }

    @Test
    void aStoppedReplicaCutsItsStreamsAndGivesItsPortBack() throws Exception {
        Replica replica = started(driver, Map.of("tokens_per_second", 10, "output_tokens", 100_000));
        ReplicaTarget target = target(replica);
        try (Socket socket = open(target, "v1/chat/completions", CHAT_STREAM)) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');

            replica.stop();
            replica.stop();

            readUntilCut(socket);
        }
        assertThatThrownBy(() -> new Socket(
                                InetAddress.getLoopbackAddress(),
                                target.baseUrl().getPort())
                        .close())
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "ttft, 5, config.ttft is not known",
        "ttft_ms, -1, config.ttft_ms must be a number from 0 to 600000",
        "ttft_ms, soon, config.ttft_ms must be a number",
        "crash_rate, 1.5, config.crash_rate must be a number from 0 to 1",
        "output_tokens, 0, config.output_tokens must be a number from 1 to 1000000"
    })
    void aWrongConfigurationFailsForGoodAndNamesTheKey(String key, String value, String message) {
        Object parsed = value.equals("soon") ? value : Double.valueOf(value);

        Replica replica = driver.start(spec(Map.of(key, parsed)), () -> {});

        assertThat(replica.status()).isInstanceOfSatisfying(ReplicaStatus.Failed.class, failed -> {
            assertThat(failed.retryable()).isFalse();
            assertThat(failed.message()).startsWith(message);
        });
    }

    @Test
    void theSecretIsInNoText() {
        Replica replica = started(driver, FAST);
        String secret = target(replica).bearerSecret();

        assertThat(secret).hasSize(64);
        assertThat(replica.logTail(100) + " " + replica.status() + " " + replica)
                .doesNotContain(secret);
    }

    private static ReplicaSpec spec(Map<String, @Nullable Object> config) {
        return new ReplicaSpec("rep_1", "acme/bot", TaskType.TEXT2TEXT, "simulator", "tiny", config, null);
    }

    private ReplicaTarget ready(Map<String, @Nullable Object> config) {
        return readyOn(driver, config);
    }

    private static ReplicaTarget readyOn(SimulatorDriver driver, Map<String, @Nullable Object> config) {
        return target(started(driver, config));
    }

    private static SimulatorReplica started(SimulatorDriver driver, Map<String, @Nullable Object> config) {
        SimulatorReplica replica = (SimulatorReplica) driver.start(spec(config), () -> {});
        await().until(() -> replica.status() instanceof ReplicaStatus.Ready);
        return replica;
    }

    private static ReplicaTarget target(Replica replica) {
        return ((ReplicaStatus.Ready) replica.status()).target();
    }

    private HttpResponse<String> post(ReplicaTarget target, String route, String body) throws Exception {
        return http.send(request(target, route, body), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(ReplicaTarget target, String route, String body) {
        return HttpRequest.newBuilder(target.baseUrl().resolve("/" + route))
                .header("Authorization", "Bearer " + target.bearerSecret())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> get(ReplicaTarget target, String route) throws Exception {
        return http.send(
                HttpRequest.newBuilder(target.baseUrl().resolve("/" + route))
                        .header("Authorization", "Bearer " + target.bearerSecret())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Socket open(ReplicaTarget target, String route, String body) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), target.baseUrl().getPort());
        socket.setSoTimeout(10_000);
        String head = "POST /" + route + " HTTP/1.1\r\nHost: replica\r\nAuthorization: Bearer " + target.bearerSecret()
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String nextData(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (!line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return line.substring("data: ".length());
    }

    /** Everything up to the end of the connection, orderly or not. */
    private static String readUntilCut(Socket socket) throws IOException {
        StringBuilder all = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8_192];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                all.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            all.append("<reset>");
        }
        return all.toString();
    }

    private static List<String> events(String body) {
        List<String> events = new ArrayList<>();
        for (String line : body.split("\n")) {
            if (line.startsWith("data: ")) {
                events.add(line.substring("data: ".length()));
            }
        }
        return events;
    }

    private static String content(HttpResponse<String> response) {
        return JSON.readTree(response.body())
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asString();
    }
}
