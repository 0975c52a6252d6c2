package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import dev.inferencekey.e2e.Chromium.Look;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every page in a real browser: what it looks like, who can use it, what it weighs, and what it does with hostile texts. */
@Tag("chromium")
class DashboardPagesTest {
    private static final int FIRST_TIME_BYTES = 200_000;
    private static final int LATER_BYTES = 20_000;

    /** Breaks out of an attribute, an element and a script, wherever it is printed unescaped. */
    private static final String HOSTILE =
            "'\"></script></textarea><b data-injected>x</b><img src=x data-injected onerror=\"document.title='hit'\">";

    private static final Pattern FINAL =
            Pattern.compile(".*/(sign-out|delete|revoke|disable|end-all|end|remove|withdraw|sign-in)$");

    @TempDir
    static Path data;

    private static RunningPlatform platform;
    private static Chromium chromium;
    private static Page owner;
    private static final Map<String, String> PAGES = new LinkedHashMap<>();

    @BeforeAll
    static void aProjectWithALittleOfEverything() throws IOException {
        platform = RunningPlatform.start(data);
        chromium = new Chromium();
        owner = chromium.window(Look.LIGHT);
        owner.navigate(platform.setUpLink().toString());
        owner.fill("#email", "ann@example.com");
        owner.fill("#password", "correct horse battery");
        owner.click("text=Go on");
        owner.waitForURL("**/projects");

        platform.createProject("acme");
        platform.createSimulated("acme", "support-bot", "text2text", Map.of());
        platform.create(
                "acme",
                Map.of(
                        "name", HOSTILE,
                        "slug", "broken",
                        "backend", "llamacpp",
                        "model_name", "nothing.gguf",
                        "config", Map.of("command", "llama-server -m nothing.gguf")));
        for (String slug : List.of("support-bot", "later")) {
            platform.http
                    .send(
                            "PUT",
                            "/api/projects/acme/prices/" + slug,
                            platform.operator,
                            "{\"input_per_million\":\"0.15\",\"output_per_million\":\"0.6\"}")
                    .expect(200);
        }
        RunningPlatform.Minted key = platform.mintKey("acme", "acme/support-bot", "acme/later");
        RunningPlatform.Minted token = platform.mintToken("acme");
        platform.mintKey("acme", "acme/*");
        String chat = "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        for (int i = 0; i < 5; i++) {
            platform.http
                    .post("/endpoint/acme/support-bot/v1/chat/completions", key.credential(), chat)
                    .expect(200);
        }
        platform.http
                .post("/endpoint/acme/elsewhere/v1/chat/completions", key.credential(), chat)
                .expect(403);
        platform.http.get("/api/projects/acme/workloads", key.credential()).expect(403);
        platform.http
                .post(
                        "/api/projects/acme/keys/" + key.id() + "/rotate",
                        platform.operator,
                        "{\"overlap_seconds\":86400}")
                .expect(200);
        platform.http
                .post(
                        "/api/projects/acme/keys",
                        platform.operator,
                        RunningPlatform.json(Map.of("name", HOSTILE, "grants", List.of("acme/support-bot"))))
                .expect(201);

        PAGES.put("sign-in", "/sign-in");
        PAGES.put("join", "/join");
        PAGES.put("not-found", "/projects/acme/workloads/nowhere");
        PAGES.put("projects", "/projects");
        PAGES.put("home", "/projects/acme");
        PAGES.put("workloads", "/projects/acme/workloads");
        PAGES.put("workload-new", "/projects/acme/workloads/new");
        PAGES.put("workload", "/projects/acme/workloads/support-bot");
        PAGES.put("workload-broken", "/projects/acme/workloads/broken");
        PAGES.put("workload-edit", "/projects/acme/workloads/support-bot/edit");
        PAGES.put("workload-delete", "/projects/acme/workloads/support-bot/delete");
        PAGES.put("workload-reconciliation", "/projects/acme/workloads/support-bot/reconciliation");
        PAGES.put("tokens", "/projects/acme/tokens");
        PAGES.put("token-new", "/projects/acme/tokens/new");
        PAGES.put("token", "/projects/acme/tokens/" + token.id());
        PAGES.put("keys", "/projects/acme/keys");
        PAGES.put("key-new", "/projects/acme/keys/new");
        PAGES.put("key", "/projects/acme/keys/" + key.id());
        PAGES.put("key-edit", "/projects/acme/keys/" + key.id() + "/edit");
        PAGES.put("key-budget", "/projects/acme/keys/" + key.id() + "/budget");
        PAGES.put("workload-budget", "/projects/acme/workloads/support-bot/budget");
        PAGES.put("project-budget", "/projects/acme/budget");
        PAGES.put("usage", "/projects/acme/usage?range=1h");
        PAGES.put("requests", "/projects/acme/usage/requests");
        PAGES.put("prices", "/projects/acme/prices");
        PAGES.put("price", "/projects/acme/prices/support-bot");
        PAGES.put("audit", "/projects/acme/audit");
        PAGES.put("settings", "/projects/acme/settings");
        PAGES.put(
                "explain",
                "/projects/acme/explain?method=POST&path="
                        + URLEncoder.encode("/endpoint/acme/elsewhere/v1/chat/completions", StandardCharsets.UTF_8)
                        + "&public_id=" + key.publicId());
        PAGES.put("account", "/account");
        PAGES.put("installation", "/installation");
        PAGES.put("installation-audit", "/installation/audit");
        PAGES.put("nodes", "/installation/nodes");
    }

    @AfterAll
    static void stop() {
        chromium.close();
        platform.close();
    }

    @AfterEach
    void noScriptFailedAndNoPolicyWasBroken() {
        List<String> complaints = List.copyOf(chromium.complaints);
        chromium.complaints.clear();
        // What a page was answered with is looked at by the test; that it was an error is no complaint of the page.
        assertThat(complaints).allMatch(complaint -> complaint.contains("Failed to load resource"));
    }

    @ParameterizedTest
    @EnumSource(Look.class)
    void everyPageCanBeReadAndUsedByEveryone(Look look) {
        Page page = chromium.window(look, owner);
        Chromium.bringAxe(page);
        List<String> violations = new ArrayList<>();
        List<String> tooWide = new ArrayList<>();
        PAGES.forEach((name, path) -> {
            page.navigate(platform.url() + path);
            violations.addAll(Chromium.axe(page));
            int over = (int) page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth");
            if (over > 0) {
                tooWide.add(name + " by " + over + " px");
            }
            Chromium.screenshot(page, look, name);
        });
        page.context().close();
        assertThat(violations).isEmpty();
        assertThat(tooWide).isEmpty();
    }

    @Test
    void onAPhoneNodesReplicasAndSpendingAreReadWithoutScrollingSideways() {
        platform.http
                .send("PUT", "/api/projects/acme/budget", platform.operator, "{\"usd\":\"20\",\"period\":\"day\"}")
                .expect(200);
        Page page = chromium.window(Look.PHONE, owner);
        for (String name : List.of("nodes", "workload", "project-budget")) {
            page.navigate(platform.url() + PAGES.get(name));
            Locator table = page.locator(".table-responsive").first();
            assertThat(table.locator("td").first().innerText()).as(name).isNotBlank();
            assertThat(table.evaluate("box => box.scrollWidth - box.clientWidth"))
                    .as(name)
                    .isEqualTo(0);
            Chromium.screenshot(page, Look.PHONE, name);
        }
        page.context().close();
    }

    @Test
    void aTextThatIsHostileIsShownAsTextInEveryFieldThatTakesOne() {
        Page page = chromium.window(Look.LIGHT, owner);
        List<String> hits = new ArrayList<>();
        int fields = 0;
        for (String path : PAGES.values()) {
            page.navigate(platform.url() + path);
            int forms = page.locator("form").count();
            boolean untouched = true;
            for (int i = 0; i < forms; i++) {
                if (!untouched) {
                    page.navigate(platform.url() + path);
                }
                int filled = fillAndSend(page, page.locator("form").nth(i));
                untouched = filled == 0;
                fields += filled;
                if (page.locator("[data-injected]").count() > 0 || page.title().equals("hit")) {
                    hits.add(path + " form " + i);
                }
            }
        }
        for (String path : PAGES.values()) {
            page.navigate(platform.url() + path);
            if (page.locator("[data-injected]").count() > 0) {
                hits.add(path);
            }
        }
        page.navigate(platform.url() + "/projects/acme/keys");
        assertThat(page.locator("main").innerText()).contains(HOSTILE);
        page.context().close();
        assertThat(hits).isEmpty();
        assertThat(fields).isGreaterThan(30);
    }

    /** How many fields took the text. */
    private static int fillAndSend(Page page, Locator form) {
        String action = String.valueOf(form.getAttribute("action"));
        Locator fields = form.locator(
                "input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=date]):not([type=datetime-local]):not([readonly]), textarea");
        int filled = 0;
        if (!FINAL.matcher(action).matches()) {
            for (int i = 0; i < fields.count(); i++) {
                Locator field = fields.nth(i);
                field.evaluate(
                        "(field, text) => { if (field.type === 'email') field.type = 'text';"
                                + " field.removeAttribute('maxlength'); field.value = text; }",
                        HOSTILE);
                filled++;
            }
        }
        if (filled > 0) {
            // Some forms change the page that they are on, the others lead to another one, where the mark is gone.
            page.evaluate("() => { window.before = true;"
                    + " document.addEventListener('htmx:afterSettle', () => window.before = false); }");
            form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }");
            page.waitForFunction("() => !window.before && document.readyState === 'complete'");
        }
        return filled;
    }

    @Test
    void aPageIsSmallTheFirstTimeAndTinyAfterwards() {
        Map<String, String> tooLarge = new LinkedHashMap<>();
        List<String> tooSmall = new ArrayList<>();
        Page page = chromium.window(Look.LIGHT, owner);
        PAGES.forEach((name, path) -> {
            long first = transferred(page, path, true);
            long later = transferred(page, path, false);
            if (first > FIRST_TIME_BYTES || later > LATER_BYTES) {
                tooLarge.put(name, first + " bytes, then " + later);
            }
            if (first < LATER_BYTES) {
                tooSmall.add(name);
            }
        });
        page.context().close();
        assertThat(tooLarge).isEmpty();
        assertThat(tooSmall)
                .as("pages that came out of the cache the first time")
                .isEmpty();
    }

    /** The bytes that came over the network for one page and all that it loads, headers included. */
    private static long transferred(Page page, String path, boolean firstTime) {
        AtomicLong bytes = new AtomicLong();
        CDPSession network = page.context().newCDPSession(page);
        network.send("Network.enable");
        JsonObject cache = new JsonObject();
        cache.addProperty("cacheDisabled", firstTime); // It is filled nevertheless.
        network.send("Network.setCacheDisabled", cache);
        network.on(
                "Network.loadingFinished",
                (JsonObject event) ->
                        bytes.addAndGet(event.get("encodedDataLength").getAsLong()));
        page.navigate(platform.url() + path);
        page.waitForLoadState();
        network.detach();
        return bytes.get();
    }

    @Test
    void thePageFollowsAWorkloadOnItsWayToReadiness() {
        platform.createProject("live");
        Page home = chromium.window(Look.LIGHT, owner);
        home.navigate(platform.url() + "/projects/live");
        home.evaluate("window.neverLeft = true");
        platform.create(
                "live",
                Map.of(
                        "name", "slow",
                        "slug", "slow",
                        "backend", "simulator",
                        "model_name", "sim",
                        "config", Map.of("startup_ms", 8_000)));
        Page page = chromium.window(Look.LIGHT, owner);
        page.navigate(platform.url() + "/projects/live/workloads/slow");
        page.evaluate("window.neverLeft = true");

        page.waitForSelector("#state .ik-state-starting");
        page.waitForSelector("#steps .ik-state-ready");
        page.waitForSelector("#state [data-phase=ready]");
        page.waitForSelector("#state td .ik-state-ready");

        List<String> phases = page.locator("#steps .ik-state").allInnerTexts();
        assertThat(phases).hasSizeGreaterThan(1).endsWith("ready").doesNotHaveDuplicates();
        assertThat(page.locator("#state").innerText()).contains("1 of 1");
        assertThat(page.evaluate("window.neverLeft")).isEqualTo(true);
        page.context().close();

        home.waitForSelector("#live td .ik-state-ready");
        assertThat(home.evaluate("window.neverLeft")).isEqualTo(true);
        home.context().close();
    }

    @Test
    void thePlaygroundCallsAsAnApplicationWouldWithAKeyThatSoonEnds() {
        Page page = chromium.window(Look.LIGHT, owner);
        page.navigate(platform.url() + "/projects/acme/workloads/support-bot");
        page.fill("#playground-message", "Hello");
        page.click("#playground-send");
        assertThat(page.locator("#playground-status, #playground-key-state").allInnerTexts())
                .anyMatch(text -> text.contains("key"));

        Response minted = page.waitForResponse("**/playground-key", () -> page.click("#playground-mint"));
        String key = Http.JSON.readTree(minted.text()).get("credential").asString();
        page.waitForCondition(
                () -> !page.locator("#playground-key-state").innerText().isBlank());
        assertThat(page.content()).doesNotContain(key);
        page.fill("#playground-message", "Hello");
        page.click("#playground-send");
        Locator answer = page.locator(".ik-said-model").last();
        page.waitForCondition(() -> !answer.innerText().isBlank()
                && page.locator("#playground-stop").isDisabled());

        page.navigate(platform.url() + "/projects/acme/keys?search=playground");
        assertThat(page.locator("#keys").innerText()).contains("support-bot", "in 14 min");
        assertThat(page.content()).doesNotContain(key.substring(key.length() - 64));
        platform.http.get("/api/projects/acme/workloads", key).expect(403);
        page.context().close();
    }

    @Test
    void nobodyElseCanFrameAPageOrSendItsForms() {
        Page elsewhere = chromium.window(Look.LIGHT, owner);
        elsewhere.navigate("data:text/html,<form id=f method=post action='" + platform.url()
                + "/projects'><input name=name value=evil></form>");
        Response refused = elsewhere.waitForResponse(
                "**/projects", () -> elsewhere.evaluate("document.getElementById('f').submit()"));
        assertThat(refused.status()).isGreaterThanOrEqualTo(400);
        elsewhere.waitForURL(platform.url() + "/projects");
        elsewhere.navigate(platform.url() + "/projects");
        assertThat(elsewhere.locator("main").innerText()).doesNotContain("evil");

        elsewhere.navigate("data:text/html,<iframe id=f src='" + platform.url() + "/sign-in'></iframe>");
        elsewhere.waitForCondition(() -> elsewhere.frames().get(1).url().startsWith("chrome-error:"));
        assertThat(elsewhere.frames().get(1).locator("input").count()).isZero();
        elsewhere.context().close();

        Http.Answer page = platform.http.get("/sign-in", null);
        assertThat(page.raw().headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.raw().headers().firstValue("x-frame-options")).hasValue("DENY");
        assertThat(page.raw().headers().firstValue("cache-control")).hasValue("no-store");
    }
}
