package dev.inferencekey.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PromptTemplateTest {

    @Test
    void anyTextSurvivesTheWayThroughTheTemplate() {
        Random random = new Random(5);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                boolean any = random.nextBoolean();
                text.append(any ? (char) random.nextInt(0x10000) : "\0a\uE0FF\uD83D".charAt(i % 4));
            }
            String escaped = PromptTemplate.escape(text.toString());

            assertThat(escaped.chars()).noneMatch(c -> c == 0 || Character.isSurrogate((char) (int) c));
            assertThat(PromptTemplate.unescape(escaped)).isEqualTo(text.toString());
        }
    }

    @Test
    void aTemplateMayChangeTheCaseOfItsMessages() {
        String escaped = PromptTemplate.escape("\uD83D\uDE00").toUpperCase(Locale.ROOT);

        assertThat(PromptTemplate.unescape(escaped)).isEqualTo("\uD83D\uDE00");
    }

    @Test
    void anEscapeThatIsCutOffDoesNoHarm() {
        assertThat(PromptTemplate.unescape("a\uE0FFab")).isEqualTo("a\uE0FFab");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "system user", "user assistant user", "system user assistant", ""})
    void everyTemplateTakesTheseOrders(String roles) {
        assertThatCode(() -> Conversation.check(messages(roles))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"system", "assistant", "user user", "user system", "system system user", "user tool"})
    void someTemplateMayRefuseTheseOrders(String roles) {
        assertThatThrownBy(() -> Conversation.check(messages(roles))).isInstanceOf(ConversationException.class);
    }

    private static List<ChatMessage> messages(String roles) {
        return roles.isEmpty()
                ? List.of()
                : List.of(roles.split(" ")).stream()
                        .map(role -> new ChatMessage(role, "text"))
                        .toList();
    }
}
