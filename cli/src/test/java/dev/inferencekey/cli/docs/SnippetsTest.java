package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * What pages show is compiled and run. Code between the comments {@code docs:start NAME} and {@code docs:end NAME} of a source file is shown
 * below the comment {@code <!-- snippet: PATH#NAME -->}, word for word.
 */
class SnippetsTest {
    private static final Pattern MARK = Pattern.compile("<!-- snippet: (\\S+)#(\\S+) -->");

    /** Java that is no program, and why. */
    private static final Map<String, String> FRAGMENTS =
            Map.of("testkit/README.md", "an ellipsis stands for the program under test");

    @Test
    void eachSnippetIsWhatItsSourceSays() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Page page : Page.all()) {
            for (Page.Code code : page.code().reversed()) {
                Matcher mark = MARK.matcher(code.before());
                if (!mark.matches()) {
                    continue;
                }
                String source = source(mark.group(1), mark.group(2));
                if (!source.equals(code.text())) {
                    if (Page.WRITE) {
                        rewrite(code, source);
                    }
                    wrong.add(code + " differs from its source, which says:\n" + source);
                }
            }
        }
        assertThat(wrong)
                .as("run this test once with INFERENCEKEY_WRITE_DOCS=1, which copies the sources into the pages")
                .isEmpty();
    }

    /** What follows in the file stays where it is: pages are rewritten from the last snippet to the first. */
    private static void rewrite(Page.Code code, String source) throws IOException {
        Path file = Page.ROOT.resolve(code.page().path());
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.subList(code.line(), code.line() + (int) code.text().lines().count())
                .clear();
        lines.addAll(code.line(), source.lines().toList());
        Files.write(file, lines);
    }

    @Test
    void eachMarkIsFollowedByItsSnippet() {
        for (Page page : Page.all()) {
            long marks = page.prose().stream()
                    .filter(line -> MARK.matcher(line.strip()).matches())
                    .count();
            assertThat(page.code())
                    .as(page.path().toString())
                    .filteredOn(code -> MARK.matcher(code.before()).matches())
                    .hasSize((int) marks);
        }
    }

    @Test
    void javaIsCompiledUnlessItIsListedAsAFragment() {
        List<String> loose = new ArrayList<>();
        for (Page page : Page.all()) {
            for (Page.Code code : page.code()) {
                if (Set.of("java", "kotlin").contains(code.language())
                        && !MARK.matcher(code.before()).matches()
                        && !FRAGMENTS.containsKey(page.path().toString())) {
                    loose.add(code.toString());
                }
            }
        }
        assertThat(loose)
                .as("Java without a source: mark it with <!-- snippet: PATH#NAME -->")
                .isEmpty();
    }

    @Test
    void jsonIsJson() {
        for (Page page : Page.all()) {
            for (Page.Code code : page.code()) {
                if (code.language().equals("json")) {
                    assertThatCode(() -> JsonMapper.shared().readTree(code.text()))
                            .as(code.toString())
                            .doesNotThrowAnyException();
                }
            }
        }
    }

    /** The lines between the marks, without their common indentation. */
    private static String source(String path, String name) throws IOException {
        Path file = Page.ROOT.resolve(path);
        if (!Files.exists(file)) {
            return fail("there is no " + path);
        }
        List<String> lines = Files.readAllLines(file);
        int begin = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches(".*docs:start " + Pattern.quote(name) + "\\b.*")) {
                begin = i + 1;
            } else if (begin >= 0 && lines.get(i).matches(".*docs:end " + Pattern.quote(name) + "\\b.*")) {
                return String.join("\n", lines.subList(begin, i)).stripIndent().stripTrailing() + "\n";
            }
        }
        return fail(path + " has no docs:start and docs:end for " + name);
    }
}
