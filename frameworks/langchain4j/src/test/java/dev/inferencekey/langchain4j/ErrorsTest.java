package dev.inferencekey.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.ApiException;
import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.PermissionDeniedException;
import dev.inferencekey.TransportException;
import dev.inferencekey.ValidationException;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each failure of a real platform is LangChain4j's exception of that kind, with the client's as its cause. */
@Tag("slow")
class ErrorsTest {
    private static InferenceKeyPlatform platform;
    private static ScriptedWorkload bot;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
        bot = platform.script("bot");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @BeforeEach
    void forget() {
        bot.reset();
    }

    @Test
    void tellsALimitAndHowLongToWait() {
        bot.always(ScriptedAnswer.rateLimited(Duration.ofSeconds(7)));
        RateLimitException failure = catchThrowableOfType(
                RateLimitException.class, () -> model(bot.endpoint()).chat("Where?"));
        assertThat(failure)
                .hasMessageContaining("Rate limit reached")
                .cause()
                .isInstanceOfSatisfying(
                        dev.inferencekey.RateLimitException.class,
                        cause -> assertThat(cause.retryAfter()).hasValue(Duration.ofSeconds(7)));
        bot.assertCalled(1);
    }

    @Test
    void tellsALimitOfThePlatformItself() {
        ScriptedWorkload limited = platform.script("limited").always("Yes.");
        platform.limit("limited", 1);
        InferenceKeyChatModel model = model(limited.endpoint());
        assertThat(model.chat("Is it?")).isEqualTo("Yes.");
        assertThatThrownBy(() -> model.chat("Is it?")).isInstanceOf(RateLimitException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "400, dev.langchain4j.exception.InvalidRequestException",
        "413, dev.langchain4j.exception.InvalidRequestException",
        "408, dev.langchain4j.exception.TimeoutException",
        "500, dev.langchain4j.exception.InternalServerException",
        "503, dev.langchain4j.exception.InternalServerException",
    })
    void goesByTheStatus(int status, Class<? extends Exception> kind) {
        bot.always(ScriptedAnswer.error(status, "some_code", "Something is wrong."));
        assertThatThrownBy(() -> model(bot.endpoint()).chat("Where?"))
                .isExactlyInstanceOf(kind)
                .hasCauseInstanceOf(dev.inferencekey.InferenceKeyException.class);
        bot.assertCalled(1);
    }

    @Test
    void tellsAKeyThatOpensNothing() {
        bot.always("Yes.");
        String wrong = platform.newProject().apiKey();
        assertThatThrownBy(() ->
                        model(client(platform.baseUrl(), wrong).endpoint("bot")).chat("Where?"))
                .isExactlyInstanceOf(AuthenticationException.class)
                .hasCauseInstanceOf(PermissionDeniedException.class)
                .hasMessageNotContaining(wrong);
        bot.assertCalled(0);
    }

    @Test
    void tellsAWorkloadThatIsNotThere() {
        assertThatThrownBy(() -> model(platform.data().endpoint("nobody")).chat("Where?"))
                .isExactlyInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void tellsAnAnswerThatCanNotBeRead() {
        bot.always(ScriptedAnswer.garbage());
        assertThatThrownBy(() -> model(bot.endpoint()).chat("Where?"))
                .isExactlyInstanceOf(InternalServerException.class)
                .hasCauseInstanceOf(ApiException.class);
    }

    @Test
    void tellsThatItTookTooLong() {
        bot.always(ScriptedAnswer.text("Yes.").after(Duration.ofMinutes(1)));
        try (DataClient hasty = builder(platform.baseUrl(), platform.apiKey())
                .timeout(Duration.ofMillis(50))
                .build()) {
            assertThatThrownBy(() -> model(hasty.endpoint("bot")).chat("Where?"))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasCauseInstanceOf(TransportException.class);
        }
    }

    @Test
    void tellsThatNobodyIsThere() {
        try (DataClient lost = client("http://nowhere.invalid", platform.apiKey())) {
            assertThatThrownBy(() -> model(lost.endpoint("bot")).chat("Where?"))
                    .isExactlyInstanceOf(UnresolvedModelServerException.class);
        }
        try (DataClient refused = client("http://127.0.0.1:1", platform.apiKey())) {
            assertThatThrownBy(() -> model(refused.endpoint("bot")).chat("Where?"))
                    .isExactlyInstanceOf(RetriableException.class)
                    .hasMessageContaining("could not connect");
        }
    }

    @Test
    void tellsThatTheThreadWasInterrupted() {
        bot.always("Yes.");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> model(bot.endpoint()).chat("Where?"))
                .isExactlyInstanceOf(LangChain4jException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).as("and leaves it so").isTrue();
    }

    @Test
    void tellsWhatWasRefusedBeforeItWasSent() {
        assertThatThrownBy(() -> model(bot.endpoint())
                        .chat(dev.langchain4j.model.chat.request.ChatRequest.builder()
                                .messages(dev.langchain4j.data.message.UserMessage.from("Where?"))
                                .temperature(-1.0)
                                .build()))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasCauseInstanceOf(ValidationException.class);
    }

    private static InferenceKeyChatModel model(Endpoint endpoint) {
        return InferenceKeyChatModel.builder().endpoint(endpoint).build();
    }

    private static DataClient client(String url, String apiKey) {
        return builder(url, apiKey).build();
    }

    private static DataClient.Builder builder(String url, String apiKey) {
        return DataClient.builder()
                .environment(Map.of())
                .baseUrl(url)
                .project(platform.project())
                .apiKey(apiKey)
                .retryFor(Duration.ZERO);
    }
}
