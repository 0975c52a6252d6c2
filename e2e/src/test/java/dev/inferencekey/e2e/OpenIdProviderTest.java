package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Single sign-on with a certified OpenID provider that others wrote: its people fill in its own forms. */
@Timeout(180)
@Tag("node")
class OpenIdProviderTest {
    private static final Path FOLDER = Path.of("openid").toAbsolutePath();
    private static final String SECRET = "a secret of the client's+with/signs%";
    private static final Pattern FORM = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");
    private static final Pattern PROMPT = Pattern.compile("name=\"prompt\" value=\"([^\"]+)\"");

    @TempDir
    Path temp;

    /** A provider of its own for one test. */
    private record Provider(Process process, BufferedReader output, String issuer) implements AutoCloseable {
        static Provider start(URI platform, boolean claimsInToken) throws IOException, InterruptedException {
            NodePackages.install(FOLDER);
            ProcessBuilder builder = new ProcessBuilder("node", "provider.mjs")
                    .directory(FOLDER.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment()
                    .putAll(Map.of(
                            "REDIRECT_URI",
                            platform + "/sign-in/sso/callback",
                            "CLIENT_ID",
                            "inferencekey",
                            "CLIENT_SECRET",
                            SECRET,
                            "CLAIMS_IN_TOKEN",
                            claimsInToken ? "yes" : "no"));
            Process process = builder.start();
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            return new Provider(process, output, String.valueOf(output.readLine()));
        }

        @Override
        public void close() throws IOException {
            output.close();
            process.destroyForcibly();
        }
    }

    @ParameterizedTest(name = "address in the token: {0}")
    @ValueSource(booleans = {true, false})
    void aPersonSignsInThroughTheProvidersFormsAndIsKnownAfterwards(boolean claimsInToken) throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(temp);
                Provider provider = Provider.start(platform.url(), claimsInToken)) {
            platform.createProject("acme");
            platform.http
                    .post(
                            "/api/projects/acme/members",
                            platform.operator,
                            RunningPlatform.json(Map.of(
                                    "email",
                                    "ann@example.com",
                                    "role",
                                    "viewer",
                                    "initial_password",
                                    "a long password")))
                    .expect(201);
            configure(platform, provider, Map.of());
            Browser browser = new Browser();

            HttpResponse<String> arrived =
                    browser.signIn(platform.url().resolve("/sign-in/sso?next=/api/whoami"), "ann@example.com");

            assertThat(arrived.uri()).isEqualTo(platform.url().resolve("/api/whoami"));
            JsonNode known = Http.JSON.readTree(arrived.body());
            assertThat(known.get("email").asString()).isEqualTo("ann@example.com");
            assertThat(known.get("roles").get("acme").asString()).isEqualTo("viewer");
            // Signed in at the provider still, nobody is asked again.
            assertThat(browser.go(platform.url().resolve("/sign-in/sso?next=/api/whoami"))
                            .uri())
                    .isEqualTo(platform.url().resolve("/api/whoami"));
        }
    }

    @Test
    void theDomainDecidesWhoGetsAnAccountAndAnUnverifiedAddressGetsNone() throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(temp);
                Provider provider = Provider.start(platform.url(), false)) {
            configure(platform, provider, Map.of("allowed_domains", List.of("example.com"), "opens_accounts", true));
            URI start = platform.url().resolve("/sign-in/sso?next=/api/whoami");

            HttpResponse<String> fresh = new Browser().signIn(start, "Zoe@Example.com");
            HttpResponse<String> stranger = new Browser().signIn(start, "eve@evil.test");
            HttpResponse<String> unverified = new Browser().signIn(start, "unverified@example.com");

            assertThat(Http.JSON.readTree(fresh.body()).get("email").asString()).isEqualTo("zoe@example.com");
            assertThat(stranger.statusCode()).isEqualTo(403);
            assertThat(stranger.body()).contains("may not sign in this way", "evil.test");
            assertThat(unverified.statusCode()).isEqualTo(403);
            assertThat(unverified.body()).contains("has not verified your e-mail address");
        }
    }

    @Test
    void aWrongClientSecretIsToldAsWhatItIs() throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(temp);
                Provider provider = Provider.start(platform.url(), true)) {
            configure(platform, provider, Map.of("client_secret", "another-secret"));

            HttpResponse<String> refused =
                    new Browser().signIn(platform.url().resolve("/sign-in/sso"), "ann@example.com");

            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(502);
            assertThat(refused.body()).contains("does not take the client id and secret");
        }
    }

    private static void configure(RunningPlatform platform, Provider provider, Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(
                Map.of("issuer", provider.issuer(), "client_id", "inferencekey", "client_secret", SECRET));
        settings.putAll(more);
        platform.http
                .send("PUT", "/api/sso/settings", platform.operator, RunningPlatform.json(settings))
                .expect(200);
    }

    /** Cookies as browsers keep them: Java's own quote those that have an age. */
    private static final class Cookies extends CookieHandler {
        private record Cookie(String pair, String path) {}

        // By name and path; guarded by this.
        private final Map<String, Cookie> kept = new LinkedHashMap<>();

        @Override
        public synchronized void put(URI uri, Map<String, List<String>> headers) {
            headers.forEach((name, values) -> {
                if ("set-cookie".equalsIgnoreCase(name)) {
                    values.forEach(this::keep);
                }
            });
        }

        private void keep(String header) {
            String pair = header.split(";")[0];
            Matcher path = Pattern.compile("(?i);\\s*path=([^;]*)").matcher(header);
            Cookie cookie = new Cookie(pair, path.find() ? path.group(1) : "/");
            String key = pair.split("=")[0] + cookie.path();
            if (header.contains("expires=Thu, 01 Jan 1970") || header.contains("Max-Age=0")) {
                kept.remove(key);
            } else {
                kept.put(key, cookie);
            }
        }

        @Override
        public synchronized Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
            String sent = kept.values().stream()
                    .filter(cookie -> uri.getPath().startsWith(cookie.path()))
                    .map(Cookie::pair)
                    .collect(Collectors.joining("; "));
            return sent.isEmpty() ? Map.of() : Map.of("Cookie", List.of(sent));
        }
    }

    /** Keeps cookies, follows redirects, and fills in the provider's two forms. */
    private static final class Browser {
        private final HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .cookieHandler(new Cookies())
                .connectTimeout(Duration.ofSeconds(10))
                .build();

        HttpResponse<String> signIn(URI start, String login) throws IOException, InterruptedException {
            HttpResponse<String> page = go(start);
            for (int forms = 0; forms < 3; forms++) {
                Matcher form = FORM.matcher(page.body());
                Matcher prompt = PROMPT.matcher(page.body());
                if (!form.find() || !prompt.find()) {
                    return page;
                }
                String fields = "prompt=" + prompt.group(1) + "&password=any&login="
                        + URLEncoder.encode(login, StandardCharsets.UTF_8);
                page = client.send(
                        request(page.uri().resolve(form.group(1)))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(fields))
                                .build(),
                        BodyHandlers.ofString());
            }
            throw new AssertionError("the provider's forms have no end: " + page.body());
        }

        HttpResponse<String> go(URI uri) throws IOException, InterruptedException {
            return client.send(request(uri).GET().build(), BodyHandlers.ofString());
        }

        private static HttpRequest.Builder request(URI uri) {
            return HttpRequest.newBuilder(uri)
                    .timeout(Duration.ofSeconds(60))
                    .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        }
    }
}
