package dev.inferencekey.server.dashboard.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.store.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documentation that came with a release, and what leads to it. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DocumentationSiteTest {
    private TestDashboard dashboard;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Path site = Files.createDirectories(folder.resolve("site"));
        Files.createDirectories(site.resolve("reference"));
        Files.writeString(site.resolve("index.html"), "<title>Home</title><script>let a = 1</script>");
        Files.writeString(site.resolve("reference/errors.html"), "<title>Errors</title>");
        Files.writeString(site.resolve("site.css"), "body {}");
        Files.writeString(folder.resolve("secret.html"), "not for the public");
        Files.createSymbolicLink(site.resolve("link.html"), folder.resolve("secret.html"));
        dashboard = new TestDashboard(TestStores.sqlite(), site);
    }

    @AfterAll
    void stop() {
        dashboard.close();
    }

    @Test
    void isServedToAnyone() {
        TestBrowser.Shown page =
                dashboard.stranger().get("/docs/reference/errors.html").expect(200);
        assertThat(page.body()).isEqualTo("<title>Errors</title>");
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'self'");
        assertThat(dashboard
                        .stranger()
                        .get("/docs/site.css")
                        .expect(200)
                        .headers()
                        .firstValue("content-type"))
                .contains("text/css; charset=utf-8");
    }

    @Test
    void takesWhatItsOwnSearchAsksForAndNothingElse() {
        dashboard.stranger().get("/docs/index.html?q=retries").expect(200);
        dashboard.stranger().get("/docs/reference/errors.html?h=retries").expect(200);
        dashboard.stranger().get("/docs/index.html?other=1").expect(400);
    }

    @Test
    void runsTheScriptsThatWereInItsPagesAndNoOthers() {
        assertThat(dashboard
                        .stranger()
                        .get("/docs/index.html")
                        .expect(200)
                        .headers()
                        .firstValue("content-security-policy")
                        .orElse(""))
                // echo -n 'let a = 1' | openssl dgst -sha256 -binary | base64
                .contains("script-src 'self' 'sha256-LAfYd7pbFUgwfQu8b4q135PeTG2z+/coPEUYCd74eCQ='")
                .doesNotContain("script-src 'self' 'unsafe-inline'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/docs/", "/docs/?q=retries"})
    void beginsWithItsFirstPage(String path) {
        assertThat(dashboard.stranger().get(path).expect(302).location()).isEqualTo("/docs/index.html");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/docs/nothing.html",
                "/docs/link.html",
                "/docs/../secret.html",
                "/docs/%2e%2e/secret.html",
                "/docs/reference/..%2f..%2fsecret.html",
                "/docs/reference"
            })
    void isNoWayOutOfItsFolder(String path) {
        assertThat(dashboard.stranger().get(path).expect(404).body()).doesNotContain("not for the public");
    }

    @Test
    void isWhatRefusalsLinkTo() {
        TestBrowser.Shown refused = dashboard.stranger().get("/api/projects").expect(401);
        assertThat(refused.headers().firstValue("link"))
                .contains("</docs/reference/errors.html#invalid_token>; rel=\"help\"");
        assertThat(refused.body()).doesNotContain("/docs/");
    }

    @Test
    void withoutItNothingIsServedAndNothingLinksThere() {
        try (TestDashboard bare = new TestDashboard()) {
            assertThat(bare.stranger()
                            .get("/docs/index.html")
                            .expect(404)
                            .headers()
                            .firstValue("link"))
                    .isEmpty();
        }
    }
}
