package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a request asks of its answer is done, or refused by the field's name. */
@Tag("slow")
final class SimulatorOptionsTest extends SimulatorFixture {
    private static String chat(String more) {
        return CHAT.replace("{\"messages\"", "{" + more + ",\"messages\"");
    }

    private JsonNode ask(ReplicaTarget target, String route, String body) throws Exception {
        HttpResponse<String> response = post(target, route, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    @Test
    void givesAsManyAnswersAsAskedForAndCountsTheTokensOfAll() throws Exception {
        ReplicaTarget target = ready(FAST);

        JsonNode three = ask(target, "v1/chat/completions", chat("\"n\":3"));

        List<String> texts = IntStream.range(0, 3)
                .mapToObj(i -> three.path("choices").path(i))
                .peek(choice ->
                        assertThat(choice.path("finish_reason").asString()).isEqualTo("stop"))
                .map(choice -> choice.path("message").path("content").asString())
                .toList();
        assertThat(texts).doesNotHaveDuplicates();
        assertThat(texts.getFirst()).isEqualTo(content(post(target, "v1/chat/completions", CHAT)));
        assertThat(three.path("usage").path("completion_tokens").asInt())
                .isEqualTo(texts.stream().mapToInt(SimulatedText::countTokens).sum());
        assertThat(three.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
    }

    @Test
    void streamsTheAnswersSideBySide() throws Exception {
        ReplicaTarget target = ready(FAST);
        JsonNode whole = ask(target, "v1/chat/completions", chat("\"n\":2"));

        List<String> events = events(post(target, "v1/chat/completions", chat("\"n\":2,\"stream\":true"))
                .body());

        for (int i = 0; i < 2; i++) {
            int which = i;
            String text = String.join(
                    "",
                    events.stream()
                            .filter(event -> !event.equals("[DONE]"))
                            .map(event -> JSON.readTree(event).path("choices").path(0))
                            .filter(choice -> choice.path("index").asInt() == which)
                            .map(choice -> choice.path("delta").path("content").asString(""))
                            .toList());
            assertThat(text)
                    .isEqualTo(whole.path("choices")
                            .path(i)
                            .path("message")
                            .path("content")
                            .asString());
        }
        assertThat(events.stream().filter(event -> event.contains("\"finish_reason\":\"stop\"")))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"\" simulated\" | This is a | 4", "[\"never\",\"a sim\"] | 'This is ' | 4", "\"This\" | '' | 1"})
    void endsBeforeAStopText(String stop, String text, int generated) throws Exception {
        ReplicaTarget target = ready(FAST);

        JsonNode answer = ask(target, "v1/chat/completions", chat("\"stop\":" + stop));
        List<String> events = events(post(target, "v1/chat/completions", chat("\"stream\":true,\"stop\":" + stop))
                .body());

        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("message").path("content").asString()).isEqualTo(text);
        assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(generated);
        assertThat(String.join(
                        "",
                        events.stream()
                                .filter(event -> !event.equals("[DONE]"))
                                .map(event -> JSON.readTree(event)
                                        .path("choices")
                                        .path(0)
                                        .path("delta")
                                        .path("content")
                                        .asString(""))
                                .toList()))
                .isEqualTo(text);
    }

    @Test
    void tellsHowLikelyEachTokenWas() throws Exception {
        JsonNode answer =
                ask(ready(FAST), "v1/chat/completions", chat("\"logprobs\":true,\"top_logprobs\":3,\"max_tokens\":2"));

        JsonNode content = answer.path("choices").path(0).path("logprobs").path("content");
        assertThat(content.size()).isEqualTo(2);
        JsonNode second = content.path(1);
        assertThat(second.path("token").asString()).isEqualTo(" is");
        assertThat(second.path("bytes").toString()).isEqualTo("[32,105,115]");
        assertThat(second.path("top_logprobs").size()).isEqualTo(3);
        assertThat(second.path("top_logprobs").path(0).path("token").asString()).isEqualTo(" is");
        double last = 0;
        for (JsonNode likely : second.path("top_logprobs")) {
            assertThat(likely.path("logprob").doubleValue()).isLessThan(last);
            last = likely.path("logprob").doubleValue();
        }
    }

    @Test
    void aCompletionTellsItsLogprobsInListsSideBySide() throws Exception {
        JsonNode logprobs = ask(ready(FAST), "v1/completions", "{\"prompt\":\"x\",\"logprobs\":2,\"max_tokens\":3}")
                .path("choices")
                .path(0)
                .path("logprobs");

        assertThat(logprobs.path("tokens").toString()).isEqualTo("[\"This\",\" is\",\" a\"]");
        assertThat(logprobs.path("text_offset").toString()).isEqualTo("[0,4,7]");
        assertThat(logprobs.path("token_logprobs").size()).isEqualTo(3);
        assertThat(logprobs.path("top_logprobs").path(2).size()).isEqualTo(2);
    }

    @Test
    void equalSeedsGiveEqualAnswersAndOthersDiffer() throws Exception {
        ReplicaTarget target = ready(FAST);

        String five = content(post(target, "v1/chat/completions", chat("\"seed\":5")));

        assertThat(content(post(target, "v1/chat/completions", chat("\"seed\":5"))))
                .isEqualTo(five);
        assertThat(content(post(target, "v1/chat/completions", chat("\"seed\":6"))))
                .isNotEqualTo(five);
    }

    @Test
    void completesEachPromptOfAListAndEchoesItIfAsked() throws Exception {
        JsonNode answer = ask(
                ready(FAST),
                "v1/completions",
                "{\"prompt\":[\"one two\",\"three\"],\"n\":2,\"max_tokens\":1,\"echo\":true}");

        assertThat(IntStream.range(0, 4)
                        .mapToObj(
                                i -> answer.path("choices").path(i).path("text").asString()))
                .containsExactly("one twoThis", "one twoThis", "threeThis", "threeThis");
        assertThat(answer.path("choices").path(3).path("index").asInt()).isEqualTo(3);
        assertThat(answer.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(4);
    }

    /** Load generators ask for answers of an exact length. */
    @Test
    void anAnswerThatMustNotEndIsAsLongAsTheLimit() throws Exception {
        JsonNode answer = ask(ready(FAST), "v1/chat/completions", chat("\"ignore_eos\":true,\"max_tokens\":200"));

        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "v1/chat/completions | n | 0",
                "v1/chat/completions | n | 1000",
                "v1/chat/completions | stop | [\"\"]",
                "v1/chat/completions | stop | 7",
                "v1/chat/completions | top_logprobs | 3",
                "v1/chat/completions | logprobs | 3",
                "v1/chat/completions | temperature | \"hot\"",
                "v1/chat/completions | top_p | 1.5",
                "v1/chat/completions | stream | \"yes\"",
                "v1/chat/completions | stream_options | {\"include_usage\":true}",
                "v1/chat/completions | seed | \"s\"",
                "v1/chat/completions | logit_bias | {\"5\":1}",
                "v1/chat/completions | functions | [{}]",
                "v1/chat/completions | modalities | [\"text\",\"audio\"]",
                "v1/chat/completions | guided_regex | \"a+\"",
                "v1/chat/completions | tool_choice | \"required\"",
                "v1/chat/completions | tools | {}",
                "v1/completions | suffix | \"end\"",
                "v1/completions | best_of | 3",
                "v1/completions | logprobs | 9",
                "v1/completions | prompt | []",
                "v1/completions | response_format | {\"type\":\"json_object\"}",
                "v1/responses | previous_response_id | \"resp_1\"",
                "v1/responses | background | true",
                "v1/responses | top_logprobs | 21",
                "v1/embeddings | encoding_format | \"int8\"",
                "v1/rerank | top_n | 0",
                "v1/images/generations | output_format | \"webp\"",
                "v1/images/generations | size | \"9000x9000\"",
                "v1/images/variations | stream | true",
                "v1/audio/speech | response_format | \"opus\"",
                "v1/audio/speech | speed | 9",
                "v1/audio/transcriptions | response_format | \"xml\"",
                "v1/audio/translations | response_format | \"diarized_json\"",
                "v1/audio/translations | stream | true",
                "v1/videos | seconds | \"900\"",
                "forecast | future_covariates | {\"a\":[1]}",
                "forecast | quantile_levels | [2]"
            })
    void refusesByNameWhatItDoesNotDo(String route, String field, String value) throws Exception {
        String prompt = route.equals("v1/responses") ? "" : "\"prompt\":\"x\",";
        String usual = "{" + prompt + """
            "messages":[{"role":"user","content":"x"}],"input":"x","query":"x","documents":["a"],"target":[1]}""";
        if (!route.contains("completions")) {
            usual = usual.replaceFirst("\"messages\":[^,]+,[^,]+,", "");
        }
        String asked = JSON.writeValueAsString(((ObjectNode) JSON.readTree(usual)).set(field, JSON.readTree(value)));
        ReplicaTarget target = ready(FAST);

        HttpResponse<String> refused = post(target, route, asked);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        JsonNode error = JSON.readTree(refused.body()).path("error");
        assertThat(error.path("param").asString()).isEqualTo(field);
        assertThat(error.path("message").asString()).contains(field);
        assertThat(post(target, route, usual).statusCode()).isEqualTo(200);
    }
}
