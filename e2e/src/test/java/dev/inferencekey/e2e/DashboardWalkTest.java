package dev.inferencekey.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the first start to a key that no longer works, in a real browser: what a team does on its first day. */
@Tag("chromium")
class DashboardWalkTest {
    private static final String PASSWORD = "correct horse battery";

    @ParameterizedTest
    @ValueSource(strings = {"mouse", "keyboard"})
    void aTeamsFirstDay(String with, @TempDir Path data) throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(data);
                Chromium chromium = new Chromium()) {
            Page page = chromium.window(Chromium.Look.LIGHT);
            Hands hands = with.equals("mouse") ? Hands.withMouse() : Hands.withKeyboard(page);
            new Walk(platform, page, hands).go();
            assertThat(chromium.complaints).isEmpty();
        }
    }

    private record Walk(RunningPlatform platform, Page page, Hands hands) {
        void go() throws IOException, InterruptedException {
            setUpTheOwner();
            makeAProject();
            declareAWorkload();
            String token = mintAToken();
            assertThat(platform.http
                            .get("/api/projects/acme/workloads", token)
                            .expect(200)
                            .body())
                    .contains("support-bot");
            String key = mintAKey();
            assertThat(callFromAScript(key)).startsWith("200 ");
            seeItInUsage();
            String newKey = rotate();
            assertThat(callFromAScript(newKey)).startsWith("200 ");
            revoke();
            assertThat(callFromAScript(key)).startsWith("401 ");
            assertThat(callFromAScript(newKey)).startsWith("401 ");
            seeItInAudit();
            nothingIsLeftInTheBrowser(List.of(token, key, newKey));
        }

        private void setUpTheOwner() {
            URI link = platform.setUpLink();
            page.navigate(link.toString());
            assertThat(page.getByRole(AriaRole.HEADING)).containsText("Set up the owner account");
            assertThat(page.url()).doesNotContain("ik_invite_");
            hands.write(field("E-mail address"), "ann@example.com");
            hands.write(field("Password"), PASSWORD);
            hands.press(button("Go on"));
            page.waitForURL("**/projects");

            Page again = page.context().newPage();
            again.navigate(link.toString());
            assertThat(again.getByRole(AriaRole.ALERT)).containsText("used already");
            again.close();
        }

        private void makeAProject() {
            hands.write(field("Name"), "Acme");
            hands.press(button("Make the project"));
            assertThat(page.getByRole(AriaRole.HEADING, named("Acme"))).isVisible();
        }

        private void declareAWorkload() {
            hands.press(navigation("Workloads"));
            WorkloadForm.declareSimulator(page, hands, "Support bot", "support-bot");
            platform.awaitReady("acme", "support-bot");
            assertThat(page.locator("main")).containsText("ready");
        }

        private String mintAToken() {
            hands.press(navigation("Tokens"));
            hands.press(page.getByRole(AriaRole.LINK, link("New SDK token")));
            hands.write(field("Name"), "deploy from CI");
            hands.press(button("Make the token"));
            return shown("ik_sdk_");
        }

        private String mintAKey() {
            hands.press(navigation("API keys"));
            hands.press(page.getByRole(AriaRole.LINK, link("New API key")));
            hands.write(field("Name"), "support site");
            assertThat(page.getByRole(AriaRole.RADIO, new Page.GetByRoleOptions().setName(Pattern.compile("Specific"))))
                    .isChecked();
            hands.tick(page.getByRole(
                    AriaRole.CHECKBOX, new Page.GetByRoleOptions().setName(Pattern.compile("support-bot"))));
            hands.press(button("Make the key"));
            return shown("ik_live_");
        }

        /** As the page's own lines say: an environment variable, and any program that speaks HTTP. */
        private String callFromAScript(String key) throws IOException, InterruptedException {
            ProcessBuilder script = new ProcessBuilder("sh", "-c", """
                    curl -s -o /dev/null -w '%{http_code} ' -H "Authorization: Bearer $INFERENCEKEY_API_KEY" \
                      -H 'Content-Type: application/json' \
                      -d '{"model":"sim","messages":[{"role":"user","content":"Hello"}]}' \
                      "$BASE/endpoint/acme/support-bot/v1/chat/completions"
                    """);
            script.environment().put("INFERENCEKEY_API_KEY", key);
            script.environment().put("BASE", platform.url().toString());
            Process running = script.redirectErrorStream(true).start();
            String printed = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(running.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return printed;
        }

        /** Usage comes from the journal to the store a moment later. */
        private void seeItInUsage() {
            Awaitility.await("the call is in Usage")
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> {
                        hands.press(navigation("Usage"));
                        assertThat(page.locator(".ik-figures dd").first().innerText())
                                .isEqualTo("1");
                    });
            hands.press(page.getByRole(AriaRole.LINK, link("Single requests")));
            assertThat(page.locator("main table")).containsText("v1/chat/completions");
        }

        private String rotate() {
            openTheKey();
            hands.pick(page.getByLabel("Make a new secret"), "7 days");
            hands.press(button("Rotate"));
            String fresh = shown("ik_live_");
            assertThat(page.locator("main")).containsText("Not safe to revoke yet");
            return fresh;
        }

        private void revoke() {
            openTheKey();
            hands.press(page.locator("summary", new Page.LocatorOptions().setHasText("Revoke")));
            hands.press(button("Revoke for ever"));
            assertThat(page.locator("main")).containsText("revoked");
        }

        private void seeItInAudit() {
            hands.press(navigation("Audit"));
            Locator events = page.locator("main table");
            for (String event : List.of(
                    "key.revoked",
                    "key.rotated",
                    "key.created",
                    "token.created",
                    "workload.created",
                    "project.created")) {
                assertThat(events).containsText(event);
            }
            assertThat(events).containsText("ann@example.com");
        }

        /** What was shown once is in no address of the history, and not on the page that the way back leads to. */
        private void nothingIsLeftInTheBrowser(List<String> credentials) {
            for (int i = 0; i < 12; i++) {
                try {
                    page.goBack();
                } catch (PlaywrightException e) {
                    // The browser would have to send a form again, since it kept nothing of the answer.
                    assertThat(e.getMessage()).contains("ERR_CACHE_MISS");
                }
                Awaitility.await("the way back has been gone")
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(page.content()).isNotEmpty());
                String html = page.content() + page.url();
                for (String credential : credentials) {
                    assertThat(html).doesNotContain(credential.substring(credential.length() - 64));
                }
            }
        }

        private void openTheKey() {
            hands.press(navigation("API keys"));
            hands.press(page.getByRole(AriaRole.LINK, link("support site")));
        }

        private String shown(String prefix) {
            Locator credential = page.locator("#credential");
            credential.waitFor();
            String text = credential.inputValue();
            assertThat(text).matches(prefix + "[0-9a-f]{8}_[0-9a-f]{64}");
            assertThat(page.locator("#export").inputValue()).endsWith("=" + text);
            hands.press(page.getByRole(AriaRole.LINK, link("I have copied it")));
            assertThat(page.locator("#credential")).hasCount(0);
            assertThat(page.content()).doesNotContain(text.substring(text.length() - 64));
            return text;
        }

        private Locator navigation(String entry) {
            return page.locator("#ik-nav").getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(entry));
        }

        private Locator field(String label) {
            return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
        }

        private Locator button(String text) {
            return page.getByRole(AriaRole.BUTTON, named(text));
        }

        private static Page.GetByRoleOptions named(String text) {
            return new Page.GetByRoleOptions().setName(text).setExact(true);
        }

        private static Page.GetByRoleOptions link(String text) {
            return new Page.GetByRoleOptions().setName(text);
        }
    }
}
