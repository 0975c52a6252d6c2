package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.internal.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TextParamsTest {
    private static String json(TextParams params, boolean stream) {
        return Json.text(params.toJson("bot", stream)).replace('"', '\'');
    }

    @Test
    void writesEachSettingUnderItsStandardName() {
        TextParams params = TextParams.builder()
                .system("Be brief.")
                .prompt("Hi")
                .temperature(0)
                .maxTokens(5)
                .topP(0.5)
                .stop("\n", "END")
                .seed(7)
                .presencePenalty(-2)
                .frequencyPenalty(1.5)
                .reasoningEffort("low")
                .responseFormat(ResponseFormat.jsonObject())
                .includeUsage(true)
                .extra("top_k", 20)
                .build();

        String whole =
                "{'model':'bot','messages':[{'role':'system','content':'Be brief.'},{'role':'user','content':'Hi'}],"
                        + "'temperature':0.0,'max_tokens':5,'top_p':0.5,'stop':['\\n','END'],'seed':7,'presence_penalty':-2.0,"
                        + "'frequency_penalty':1.5,'reasoning_effort':'low','response_format':{'type':'json_object'},'top_k':20";
        assertThat(json(params, false)).isEqualTo(whole + "}");
        assertThat(json(params, true)).isEqualTo(whole + ",'stream':true,'stream_options':{'include_usage':true}}");
        assertThat(json(params.toBuilder().build(), true)).isEqualTo(json(params, true));
        assertThat(params.messages()).hasSize(2);
        assertThat(params)
                .hasToString("TextParams[2 messages, [temperature, max_tokens, top_p, stop, seed, presence_penalty,"
                        + " frequency_penalty, reasoning_effort, response_format, top_k]]");
    }

    @Test
    void takesTheLastValueOfASetting() {
        TextParams params = TextParams.builder().prompt("Hi").seed(1).seed(2).build();

        assertThat(json(params, false)).endsWith("'seed':2}");
        assertThat(json(params.toBuilder().tools(Tool.of("a", "")).tools().build(), false))
                .endsWith("'seed':2}");
    }

    static Stream<Consumer<TextParams.Builder>> unfit() {
        return Stream.of(
                params -> params.topP(0),
                params -> params.topP(1.1),
                params -> params.topP(Double.NaN),
                params -> params.stop(),
                params -> params.stop(""),
                params -> params.presencePenalty(2.1),
                params -> params.frequencyPenalty(Double.NaN),
                params -> params.reasoningEffort(" "),
                params -> params.seed(1).extra("seed", 2).build(),
                params -> params.includeUsage(true)
                        .extra("stream_options", Map.of())
                        .build());
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void refusesWhatCannotBeRight(Consumer<TextParams.Builder> setting) {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> setting.accept(TextParams.builder().prompt("Hi")));
    }

    @Test
    void showsPicturesAndSounds() {
        ChatMessage message = ChatMessage.user(
                ContentPart.text("What is this?"),
                ContentPart.imageUrl("https://example.com/a.png"),
                ContentPart.image(new byte[] {1, 2}, "image/png"),
                ContentPart.audio(new byte[] {3}, "wav"),
                ContentPart.of(Map.of("type", "later")));

        assertThat(Json.text(message.toJson()).replace('"', '\''))
                .isEqualTo("{'role':'user','content':[{'type':'text','text':'What is this?'},"
                        + "{'type':'image_url','image_url':{'url':'https://example.com/a.png'}},"
                        + "{'type':'image_url','image_url':{'url':'data:image/png;base64,AQI='}},"
                        + "{'type':'input_audio','input_audio':{'data':'Aw==','format':'wav'}},{'type':'later'}]}");
        assertThat(message).hasToString("ChatMessage[user, 5 parts]");
        assertThat(ContentPart.text("private")).hasToString("ContentPart[text]");
        for (Runnable unfit : List.<Runnable>of(
                () -> ChatMessage.user(),
                () -> ContentPart.image(new byte[1], "text/html"),
                () -> ContentPart.audio(new byte[1], ""),
                () -> ContentPart.of(Map.of()))) {
            assertThatExceptionOfType(ValidationException.class).isThrownBy(unfit::run);
        }
    }
}
