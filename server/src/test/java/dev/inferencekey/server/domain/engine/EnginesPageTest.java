package dev.inferencekey.server.domain.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What {@code docs/reference/engines.md} promises. */
class EnginesPageTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "engines.md");

    @Test
    void listsWhatIsAllowedWordForWord() throws IOException {
        assertThat(Files.readString(PAGE)).endsWith("```\n" + BuiltInList.TEXT.strip() + "\n```\n");
    }

    @Test
    void namesEachKindAndItsExampleOfMoreIsRead() throws IOException {
        String page = Files.readString(PAGE);
        for (ValueKind.Shape shape : ValueKind.Shape.values()) {
            assertThat(page).contains("`" + shape.name().toLowerCase(Locale.ROOT) + "`");
        }
        int start = page.indexOf("# More than the built-in list");
        String example = page.substring(start, page.indexOf("```", start));
        assertThatCode(() -> EngineLists.builtIn().plus(example)).doesNotThrowAnyException();
    }
}
