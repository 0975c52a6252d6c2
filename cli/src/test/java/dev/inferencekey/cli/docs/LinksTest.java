package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Links lead somewhere, and every page is to be found. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)|(?:src|href)=\"([^\"]+)\"");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern MENTION = Pattern.compile("(?<![\\w./-])docs/[\\w/-]+\\.(?:md|json|yml|svg)");
    private static final List<String> SOURCES = List.of(".java", ".sh", ".yml", ".yaml", ".xml", ".jte", ".properties");

    @Test
    void everyLinkOfEveryPageLeadsSomewhere() {
        List<String> dead = new ArrayList<>();
        for (Page page : Page.all()) {
            List<String> lines = page.prose();
            for (int i = 0; i < lines.size(); i++) {
                for (MatchResult link : LINK.matcher(CODE.matcher(lines.get(i)).replaceAll(""))
                        .results()
                        .toList()) {
                    String target = link.group(1) == null ? link.group(2) : link.group(1);
                    if (!target.matches("[a-z]+:.*") && !leadsSomewhere(page, target)) {
                        dead.add(page.path() + ":" + (i + 1) + " " + target);
                    }
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    private static boolean leadsSomewhere(Page page, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? Page.ROOT.resolve(page.path())
                : Page.ROOT.resolve(page.path()).resolveSibling(parts[0]).normalize();
        boolean site = page.path().startsWith("docs");
        if (!Files.exists(file) || (site && !file.startsWith(Page.ROOT.resolve("docs")))) {
            return false;
        }
        return parts.length == 1 || Page.read(file).anchors().contains(parts[1]);
    }

    @Test
    void everyPageThatSourcesNameIsThere() throws IOException {
        List<String> gone = new ArrayList<>();
        for (String end : SOURCES) {
            for (Path file : Page.files(end)) {
                for (MatchResult mention :
                        MENTION.matcher(Files.readString(file)).results().toList()) {
                    if (!Files.exists(Page.ROOT.resolve(mention.group()))
                            && !file.getFileName().toString().startsWith("Gguf")) {
                        gone.add(Page.ROOT.relativize(file) + " " + mention.group());
                    }
                }
            }
        }
        assertThat(gone).isEmpty();
    }

    @Test
    void theNavigationNamesEveryPageOnce() throws IOException {
        String text = Files.readString(Page.ROOT.resolve("mkdocs.yml"));
        List<String> named = Pattern.compile("[\\w/-]+\\.md")
                .matcher(text.substring(text.indexOf("\nnav:")))
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(named).doesNotHaveDuplicates();
        Set<String> pages = Page.all().stream()
                .map(Page::path)
                .filter(path -> path.startsWith("docs")
                        && !path.getFileName().toString().matches("0\\d+-.*"))
                .map(path -> Path.of("docs").relativize(path).toString())
                .collect(Collectors.toSet());
        assertThat(new HashSet<>(named)).isEqualTo(pages);
    }
}
