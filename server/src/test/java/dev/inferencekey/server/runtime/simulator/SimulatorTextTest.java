package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Chats, completions and responses, whole and streamed, and what is refused. */
@Tag("slow")
final class SimulatorTextTest extends SimulatorFixture {
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
}
