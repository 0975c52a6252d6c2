package dev.inferencekey.server.domain.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EngineCommandTest {
    static Stream<Arguments> commands() {
        return Stream.of(
                Arguments.of("llama-server -m tiny.gguf", List.of("llama-server", "-m", "tiny.gguf")),
                Arguments.of("  a \t b\r\n c  ", List.of("a", "b", "c")),
                Arguments.of("a 'b c' \"d e\"", List.of("a", "b c", "d e")),
                Arguments.of("a b'c'\"d\"e", List.of("a", "bcde")),
                Arguments.of("a '' \"\"", List.of("a", "", "")),
                Arguments.of("a b\\ c \\\\ \\' \\\"", List.of("a", "b c", "\\", "'", "\"")),
                Arguments.of("a 'b\\c' \"b\\c\" \"\\\"\\\\\\$\"", List.of("a", "b\\c", "b\\c", "\"\\$")),
                Arguments.of("a \\\n  b \\\r\n c", List.of("a", "b", "c")),
                Arguments.of("a \"b\\\nc\"", List.of("a", "bc")),
                Arguments.of(
                        "a $HOME `b` $(c) * ~ ; | && > x # y",
                        List.of("a", "$HOME", "`b`", "$(c)", "*", "~", ";", "|", "&&", ">", "x", "#", "y")),
                Arguments.of("a '{\"json\": \"ü\"}'", List.of("a", "{\"json\": \"ü\"}")));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void splitsWithoutAShell(String line, List<String> expected) {
        EngineCommand command = EngineCommand.parse(line);

        assertThat(command.arguments()).isEqualTo(expected);
        assertThat(command.program()).isEqualTo(expected.getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a 'b", "a \"b", "a \"b\\\"", "a b\\", "a '\"'\"'"})
    void refusesWhatIsNeverClosed(String line) {
        assertThatThrownBy(() -> EngineCommand.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(
                        "the command (has a (single|double) quote that is never closed|ends with a backslash.*)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\n", "'' -m x", "' ' x"})
    void refusesACommandWithoutAProgram(String line) {
        assertThatThrownBy(() -> EngineCommand.parse(line)).hasMessage("the command names no program");
    }

    @Test
    void refusesAbsurdLengthsAndNulCharacters() {
        assertThatThrownBy(() -> EngineCommand.parse("a".repeat(EngineCommand.MAX_LENGTH + 1)))
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> EngineCommand.parse("a \0")).hasMessageContaining("NUL");
    }

    @Test
    void splitsWhatWasQuotedBackIntoTheSameArguments() {
        Random random = new Random(42);
        String alphabet = "ab '\"\\$`\n\t=-é;";
        for (int round = 0; round < 2_000; round++) {
            List<String> arguments = new ArrayList<>(List.of("program"));
            StringBuilder line = new StringBuilder("program");
            for (int i = random.nextInt(6); i > 0; i--) {
                StringBuilder argument = new StringBuilder();
                for (int j = random.nextInt(8); j > 0; j--) {
                    argument.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                arguments.add(argument.toString());
                line.append(' ').append(random.nextBoolean() ? singleQuoted(argument) : doubleQuoted(argument));
            }

            assertThat(EngineCommand.parse(line.toString()).arguments())
                    .as(line.toString())
                    .isEqualTo(arguments);
        }
    }

    @Test
    void eitherSplitsOrRefusesAnyTextWithAShortMessage() {
        Random random = new Random(43);
        String alphabet = "a '\"\\\n";
        for (int round = 0; round < 5_000; round++) {
            StringBuilder line = new StringBuilder();
            for (int j = random.nextInt(30); j > 0; j--) {
                line.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                assertThat(EngineCommand.parse(line.toString()).arguments()).isNotEmpty();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).startsWith("the command ").hasSizeLessThan(100);
            }
        }
    }

    private static String singleQuoted(CharSequence argument) {
        return "'" + argument.toString().replace("'", "'\\''") + "'";
    }

    private static String doubleQuoted(CharSequence argument) {
        return "\"" + argument.toString().replaceAll("([\"\\\\$`])", "\\\\$1") + "\"";
    }
}
