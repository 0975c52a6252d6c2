package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.inferencekey.server.app.Documentation;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The site is built without a warning, needs nothing from elsewhere, and answers questions from a folder. */
@Tag("python")
@Tag("chromium")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentationSiteTest {
    /** What newcomers ask, and a page that is to be among the first five. */
    private static final Map<String, String> QUESTIONS = questions();

    private Path site;

    @BeforeAll
    void build(@TempDir Path temp) throws IOException, InterruptedException {
        site = temp.resolve("site");
        Path log = temp.resolve("log");
        int status = new ProcessBuilder(
                        Path.of("..", "build", "docs").toString(),
                        site.toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        assertThat(status).as(Files.readString(log)).isZero();
    }

    @Test
    void needsNothingFromElsewhere() throws IOException {
        List<String> foreign = new ArrayList<>();
        try (Stream<Path> files = Files.walk(site)) {
            for (Path file :
                    files.filter(found -> found.toString().endsWith(".html")).toList()) {
                if (Files.readString(file).matches("(?s).*<(?:script|img|iframe)[^>]*\\bsrc=\"?(?:https?:)?//.*")
                        || Files.readString(file).matches("(?s).*<link[^>]*stylesheet[^>]*href=\"?(?:https?:)?//.*")) {
                    foreign.add(site.relativize(file).toString());
                }
            }
        }
        assertThat(foreign).isEmpty();
    }

    @Test
    void answersQuestionsFromAFolder() {
        Map<String, String> wrong = new LinkedHashMap<>();
        try (Chromium chromium = new Chromium();
                Page page = chromium.window(Chromium.Look.LIGHT)) {
            QUESTIONS.forEach((question, answer) -> {
                page.navigate(site.resolve("index.html").toUri() + "?q="
                        + URLEncoder.encode(question, StandardCharsets.UTF_8));
                Locator results = page.locator(".md-search-result__item > a");
                results.first().waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
                List<String> found = results.all().stream()
                        .limit(5)
                        .map(link -> String.valueOf(link.getAttribute("href")))
                        .toList();
                if (found.stream().noneMatch(link -> link.contains(answer))) {
                    wrong.put(question, found.toString());
                }
            });
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void isSearchedOnTheServerItCameWithWhoseOwnScriptsAloneRun(@TempDir Path data) throws IOException {
        try (RunningPlatform platform = RunningPlatform.start(data, new Documentation(site, null));
                Chromium chromium = new Chromium();
                Page page = chromium.window(Chromium.Look.DARK)) {
            page.navigate(platform.url() + "/docs/index.html?q=retries");
            Locator first = page.locator(".md-search-result__item > a").first();
            first.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
            page.navigate(first.evaluate("link => link.href").toString());
            assertThat(page.locator("h1").first().textContent()).isNotBlank();
            assertThat(chromium.complaints).isEmpty();

            page.evaluate(
                    "document.body.appendChild(document.createElement('script')).textContent = 'window.smuggled = 1'");
            assertThat(page.evaluate("window.smuggled")).isNull();
        }
    }

    private static Map<String, String> questions() {
        Map<String, String> questions = new LinkedHashMap<>();
        questions.put("headers that reach a model server", "reference/requests.html");
        questions.put("who may create credentials", "guides/authentication.html");
        questions.put("order of the checks", "architecture/request-path.html");
        questions.put("how long a sign-in lasts", "operations/incidents.html");
        questions.put("retries", "architecture/request-path.html");
        questions.put("largest JSON request body", "reference/settings.html");
        questions.put("choice of a replica", "architecture/request-path.html");
        questions.put("scale to zero", "reference/workload.html");
        questions.put("JSON documents", "reference/api.html");
        questions.put("audit actions", "reference/audit-actions.html");
        return questions;
    }
}
