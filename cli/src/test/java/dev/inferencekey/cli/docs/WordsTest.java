package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One thing has one name on all pages: the word that the product uses. */
class WordsTest {
    /** What must not be said, and what to say. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("control tokens?", "SDK token"),
            Map.entry("management tokens?", "SDK token"),
            Map.entry("data keys?", "API key"),
            Map.entry("wrong plane", "used against the API that it is not for"),
            Map.entry("mint(s|ed|ing)?", "create"),
            Map.entry("requests at once", "concurrent requests"),
            Map.entry("whole answer", "total latency, or the answer"),
            Map.entry("for ever", "permanently"),
            Map.entry("blacken(s|ed)?", "redact"),
            Map.entry("put back", "readmitted"),
            Map.entry("second attempt", "retry"),
            Map.entry("made anew", "rebuilt"),
            Map.entry("blanks", "spaces"),
            Map.entry("mend(s|ed|ing)?", "fix"),
            Map.entry("anew", "again"),
            Map.entry("for good", "permanently"),
            Map.entry("inference goes on", "inference is not affected"));

    private static final Pattern FORBIDDEN = Pattern.compile(
            WORDS.keySet().stream().collect(Collectors.joining("|", "\\b(?:", ")\\b")), Pattern.CASE_INSENSITIVE);
    private static final Pattern CODE = Pattern.compile("`[^`]*`|\\[[^]]*]\\([^)]*\\)");

    /** Pages whose subject is the work on the product. */
    private static final Set<String> NOT_FOR_USERS =
            Set.of("docs/architecture/nodes-proof.md", "docs/benchmarks/README.md");

    @Test
    void pagesSayWhatTheProductSays() {
        List<String> wrong = new ArrayList<>();
        List<Page> pages = new ArrayList<>(Page.ofSite());
        pages.add(Page.read(Page.ROOT.resolve("README.md")));
        for (Page page : pages) {
            if (NOT_FOR_USERS.contains(page.path().toString())) {
                continue;
            }
            List<String> lines = page.prose();
            for (int i = 0; i < lines.size(); i++) {
                String line = CODE.matcher(lines.get(i)).replaceAll("");
                int at = i + 1;
                FORBIDDEN
                        .matcher(line)
                        .results()
                        .forEach(word -> wrong.add(page.path() + ":" + at + " " + word.group()));
            }
        }
        assertThat(wrong).as("say instead: %s", WORDS).isEmpty();
    }
}
