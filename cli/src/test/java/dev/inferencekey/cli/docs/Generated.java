package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The part of a page that is written from the code: what follows its mark, up to the end. */
final class Generated {
    private Generated() {}

    /**
     * Fails if the page lags behind the code; writes it instead where {@code INFERENCEKEY_WRITE_DOCS} is set.
     *
     * @param page below {@code docs}
     * @param by the test that calls this
     */
    static void check(String page, Class<?> by, String text) throws IOException {
        Path file = Page.ROOT.resolve("docs").resolve(page);
        String mark = "<!-- What follows is written by %s from the code. -->\n".formatted(by.getSimpleName());
        String present = Files.readString(file);
        assertThat(present).as("docs/%s has a mark", page).contains(mark);
        String right = present.substring(0, present.indexOf(mark) + mark.length()) + text;
        if (Page.WRITE) {
            Files.writeString(file, right);
            return;
        }
        assertThat(present)
                .as(
                        "docs/%s lags behind the code; run %s once with INFERENCEKEY_WRITE_DOCS=1",
                        page, by.getSimpleName())
                .isEqualTo(right);
    }

    /** The same for a file that is a copy of one of the product's, so that the site has it, too. */
    static void checkCopy(String copy, String original, Class<?> by) throws IOException {
        Path file = Page.ROOT.resolve("docs").resolve(copy);
        String right = Files.readString(Page.ROOT.resolve(original));
        if (Page.WRITE) {
            Files.writeString(file, right);
            return;
        }
        // Not isEqualTo: what differs is too long to be shown.
        assertThat(Files.readString(file).equals(right))
                .as("docs/%s is %s; run %s once with INFERENCEKEY_WRITE_DOCS=1", copy, original, by.getSimpleName())
                .isTrue();
    }

    /** Text for a cell of a table. */
    static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
