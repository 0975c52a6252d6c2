package dev.inferencekey.server.dashboard;

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
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a browser without scripts does: keeps a cookie, shows pages, sends their forms. Follows no redirect. Immutable. */
public final class TestBrowser {
    /** A session belongs to the browser in which it began. */
    static final String USER_AGENT = "Test/1";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern INPUT = Pattern.compile("<input((?:[^>\"]|\"[^\"]*\")*)>");
    private static final Pattern AREA =
            Pattern.compile("<textarea((?:[^>\"]|\"[^\"]*\")*)>(.*?)</textarea>", Pattern.DOTALL);
    private static final Pattern SELECT = Pattern.compile("<select([^>]*)>(.*?)</select>", Pattern.DOTALL);
    private static final Pattern OPTION = Pattern.compile("<option((?:[^>\"]|\"[^\"]*\")*)>");

    private final int port;
    private final String internalSecret;
    private final String session;
    private final String csrf;

    private final Map<String, String> headers;

    TestBrowser(int port, String internalSecret, String session, String csrf) {
        this(port, internalSecret, session, csrf, Map.of("User-Agent", USER_AGENT));
    }

    private TestBrowser(int port, String internalSecret, String session, String csrf, Map<String, String> headers) {
        this.port = port;
        this.internalSecret = internalSecret;
        this.session = session;
        this.csrf = csrf;
        this.headers = Map.copyOf(headers);
    }

    /** The same browser with a header more, or another one. */
    public TestBrowser header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new TestBrowser(port, internalSecret, session, csrf, more);
    }

    /** What came back. */
    public record Shown(int status, HttpHeaders headers, String body) {
        public Shown expect(int expected) {
            assertThat(status).as(body).isEqualTo(expected);
            return this;
        }

        public String location() {
            return headers.firstValue("Location").orElse("nowhere");
        }

        /** What the browser would send if one of the page's forms was sent as it is; of all of its forms together. */
        public Map<String, String> fields() {
            Map<String, String> fields = new LinkedHashMap<>();
            for (Matcher input = INPUT.matcher(body); input.find(); ) {
                String type = attribute(input.group(1), "type");
                boolean off = (type.equals("radio") || type.equals("checkbox"))
                        && !input.group(1).contains(" checked");
                if (!off) {
                    put(fields, input.group(1), attribute(input.group(1), "value"));
                }
            }
            for (Matcher area = AREA.matcher(body); area.find(); ) {
                // The first line break is the parser's.
                String text = unescape(area.group(2)).replaceFirst("^\n", "");
                put(fields, area.group(1), text.replace("\n", "\r\n"));
            }
            for (Matcher select = SELECT.matcher(body); select.find(); ) {
                for (Matcher option = OPTION.matcher(select.group(2)); option.find(); ) {
                    if (option.group(1).contains(" selected")) {
                        put(fields, select.group(1), attribute(option.group(1), "value"));
                    }
                }
            }
            fields.remove("csrf_token");
            return fields;
        }

        private static void put(Map<String, String> fields, String attributes, String value) {
            String name = attribute(attributes, "name");
            if (!name.isEmpty()) {
                fields.put(name, value);
            }
        }

        private static String attribute(String attributes, String name) {
            Matcher value = Pattern.compile(" " + name + "=\"([^\"]*)\"").matcher(attributes);
            return value.find() ? unescape(value.group(1)) : "";
        }

        private static String unescape(String html) {
            return html.replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&#34;", "\"")
                    .replace("&quot;", "\"")
                    .replace("&#39;", "'")
                    .replace("&amp;", "&");
        }
    }

    public Shown get(String path) {
        return send(request(path).header("Accept", "text/html").GET());
    }

    /** Sends a form, as a page of ours does. */
    public Shown post(String path, Map<String, String> fields) {
        Map<String, String> all = new LinkedHashMap<>(fields);
        all.put("csrf_token", csrf);
        return postAsIs(path, all);
    }

    /** Sends a form that no page of ours made. */
    public Shown postAsIs(String path, Map<String, String> fields) {
        String body = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(request(path)
                .header("Accept", "text/html")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Sends what a page's script sends. */
    public Shown postByScript(String path) {
        return send(request(path).header("X-CSRF-Token", csrf).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("X-InferenceKey-Internal", internalSecret)
                .header("X-Forwarded-For", "192.0.2.1")
                .header("X-Forwarded-Proto", "http")
                .header("Cookie", "ik_session=" + session);
        headers.forEach(request::setHeader);
        return request;
    }

    private static Shown send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Shown(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
