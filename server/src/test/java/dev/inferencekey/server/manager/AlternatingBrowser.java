package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser behind a load balancer that sends each request to another node than the one before. It keeps cookies, and the token of the last page. */
final class AlternatingBrowser {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf_token\" value=\"([0-9a-f]+)\"");

    private final List<Integer> ports;
    private final String userAgent;
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private String csrf = "";
    private int requests;

    AlternatingBrowser(List<Integer> ports, String userAgent) {
        this.ports = ports;
        this.userAgent = userAgent;
    }

    /** Another browser with the cookies of this one. */
    AlternatingBrowser stolen(String otherUserAgent) {
        AlternatingBrowser thief = new AlternatingBrowser(ports, otherUserAgent);
        thief.cookies.putAll(cookies);
        return thief;
    }

    /** What came back. */
    record Shown(int status, HttpHeaders headers, String body) {
        Shown expect(int expected) {
            assertThat(status).as(body).isEqualTo(expected);
            return this;
        }

        String location() {
            return headers.firstValue("Location").orElse("nowhere");
        }
    }

    Shown get(String path) {
        Shown shown = send(path, request -> request.GET());
        Matcher token = TOKEN.matcher(shown.body());
        if (token.find()) {
            csrf = token.group(1);
        }
        return shown;
    }

    /** Sends a form of the page that was shown last, with what its person filled in. */
    Shown post(String path, Map<String, String> fields) {
        Map<String, String> all = new LinkedHashMap<>(fields);
        all.put("csrf_token", csrf);
        String body = all.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(
                path,
                request -> request.header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Sends what the script of the page that was shown last sends. */
    Shown postByScript(String path) {
        return send(path, request -> request.header("X-CSRF-Token", csrf).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private interface Method {
        HttpRequest.Builder of(HttpRequest.Builder request);
    }

    private Shown send(String path, Method method) {
        int port = ports.get(requests++ % ports.size());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("X-InferenceKey-Internal", TestManager.INTERNAL_SECRET)
                .header("X-Forwarded-For", "192.0.2.1")
                .header("X-Forwarded-Proto", "http")
                .header("User-Agent", userAgent)
                .header("Accept", "text/html");
        if (!cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        try {
            HttpResponse<String> response = HTTP.send(method.of(request).build(), HttpResponse.BodyHandlers.ofString());
            response.headers().allValues("Set-Cookie").forEach(this::keep);
            return new Shown(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void keep(String setCookie) {
        String pair = setCookie.substring(0, setCookie.indexOf(';'));
        String name = pair.substring(0, pair.indexOf('='));
        if (setCookie.contains("Max-Age=0")) {
            cookies.remove(name);
        } else {
            cookies.put(name, pair.substring(name.length() + 1));
        }
    }
}
