package dev.inferencekey.server.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.ports.health.Health;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("slow")
final class AdminServerTest {
    private static final Instant SINCE = Instant.parse("2026-06-15T12:00:00Z");
    private static final MetricSource FIGURES = () -> List.of(
            new Metric(
                    "test_requests_total",
                    "What a \"test\" asks.\nTwice.",
                    Metric.Kind.COUNTER,
                    List.of("workload"),
                    List.of(new Metric.Value(List.of("a\"b\\c\nd"), 3), new Metric.Value(List.of(""), 4))),
            Metric.gauge("test_open", "Now.", 2.5),
            new Metric(
                    "test_seconds",
                    "Times.",
                    Metric.Kind.HISTOGRAM,
                    List.of("route"),
                    List.of(new Metric.Distribution(List.of("v1/x"), List.of(0.1, 1.0), List.of(5L, 2L, 1L), 12.25))),
            new Metric(
                    "test_sums_seconds",
                    "Sums.",
                    Metric.Kind.SUMMARY,
                    List.of(),
                    List.of(new Metric.Distribution(List.of(), List.of(), List.of(4L), 2))));

    private static final class Told implements Health {
        volatile boolean well = true;

        @Override
        public Report live() {
            return new Report(List.of(new Check("event_loops", true, true, "they respond", SINCE)));
        }

        @Override
        public Report ready() {
            return new Report(List.of(
                    new Check("access_table", well, true, "as told", SINCE),
                    new Check("store", false, false, "can't be read", SINCE)));
        }
    }

    private final Told health = new Told();

    private AdminServer start() {
        return AdminServer.start("127.0.0.1", 0, List.of(FIGURES), health);
    }

    private static HttpResponse<String> send(AdminServer server, String method, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString(UTF_8));
        }
    }

    @Test
    void showsAllFiguresAsAScraperReadsThem() throws Exception {
        try (AdminServer server = start()) {
            HttpResponse<String> answer = send(server, "GET", "/metrics");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/plain; version=0.0.4");
            Exposition figures = Exposition.parse(answer.body());
            assertThat(figures.types)
                    .containsEntry("test_requests_total", "counter")
                    .containsEntry("test_open", "gauge")
                    .containsEntry("test_seconds", "histogram")
                    .containsEntry("test_sums_seconds", "summary");
            assertThat(figures.helps.keySet()).containsExactlyInAnyOrderElementsOf(figures.types.keySet());
            assertThat(figures.samples)
                    .containsEntry("test_requests_total{workload=\"a\\\"b\\\\c\\nd\"}", 3.0)
                    .containsEntry("test_requests_total{workload=\"\"}", 4.0)
                    .containsEntry("test_open", 2.5)
                    .containsEntry("test_seconds_bucket{route=\"v1/x\",le=\"0.1\"}", 5.0)
                    .containsEntry("test_seconds_bucket{route=\"v1/x\",le=\"1.0\"}", 7.0)
                    .containsEntry("test_seconds_bucket{route=\"v1/x\",le=\"+Inf\"}", 8.0)
                    .containsEntry("test_seconds_count{route=\"v1/x\"}", 8.0)
                    .containsEntry("test_seconds_sum{route=\"v1/x\"}", 12.25)
                    .containsEntry("test_sums_seconds_count", 4.0)
                    .containsEntry("test_sums_seconds_sum", 2.0);
        }
    }

    private static String statusLine(AdminServer server, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /metrics HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n").getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }

    @Test
    void onLoopbackItAnswersToTheNamesOfThisMachineAlone() throws Exception {
        try (AdminServer server = start()) {
            for (String own : List.of("localhost", "LOCALHOST:9464", "127.0.0.1:1", "127.0.0.2", "[::1]:9464")) {
                assertThat(statusLine(server, "Host: " + own + "\r\n")).as(own).contains("200");
            }
            for (String other : List.of("evil.test", "evil.test:9464", "10.0.0.1", "localhost.evil.test", "0x7f.1")) {
                assertThat(statusLine(server, "Host: " + other + "\r\n"))
                        .as(other)
                        .contains("421");
            }
        }
    }

    @Test
    void tellsOfTheProcessItself() throws Exception {
        try (AdminServer server = start()) {
            Exposition figures =
                    Exposition.parse(send(server, "GET", "/metrics").body());
            assertThat(figures.samples)
                    .containsKeys(
                            "process_start_time_seconds",
                            "process_cpu_seconds_total",
                            "process_open_fds",
                            "process_resident_memory_bytes",
                            "jvm_memory_used_bytes{area=\"heap\"}",
                            "jvm_threads_current");
            assertThat(figures.samples.get("process_resident_memory_bytes")).isGreaterThan(1_000_000);
        }
    }

    @Test
    void readyIs200Or503AndNamesWhatIsMissing() throws Exception {
        try (AdminServer server = start()) {
            assertThat(send(server, "GET", "/health/ready").statusCode()).isEqualTo(200);
            health.well = false;
            HttpResponse<String> answer = send(server, "GET", "/health/ready");
            assertThat(answer.statusCode()).isEqualTo(503);
            JsonNode body = JsonMapper.shared().readTree(answer.body());
            assertThat(body.get("status").asString()).isEqualTo("not_ready");
            JsonNode check = body.get("checks").get(0);
            assertThat(check.get("name").asString()).isEqualTo("access_table");
            assertThat(check.get("ok").asBoolean()).isFalse();
            assertThat(check.get("since").asString()).isEqualTo(SINCE.toString());
            assertThat(send(server, "GET", "/health/live").statusCode()).isEqualTo(200);
            assertThat(send(server, "HEAD", "/health/ready").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void servesNothingElse() throws Exception {
        try (AdminServer server = start()) {
            for (String path : List.of("/", "/metrics/", "/metrics/x", "/health", "/api/projects", "/%6detrics/..")) {
                assertThat(send(server, "GET", path).statusCode()).as(path).isEqualTo(404);
            }
            for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
                assertThat(send(server, method, "/metrics").statusCode())
                        .as(method)
                        .isEqualTo(405);
            }
        }
    }

    @Test
    void callersThatDoNotFinishAreCutOffAndOthersServedAgain() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try (AdminServer server = AdminServer.start("127.0.0.1", 0, List.of(FIGURES), health, Duration.ofMillis(300))) {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost:".getBytes(UTF_8));
                slow.add(socket);
            }
            await().ignoreExceptions()
                    .until(() -> send(server, "GET", "/health/live").statusCode() == 200);
            for (Socket socket : slow) {
                socket.setSoTimeout(10_000);
                assertThat(endsWithoutAnAnswer(socket)).isTrue();
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static boolean endsWithoutAnAnswer(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aPortInUseIsOneSentenceThatSaysWhatToDo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> AdminServer.start("127.0.0.1", taken.getLocalPort(), List.of(), health))
                    .isInstanceOf(AdminStartException.class)
                    .hasMessage("admin port " + taken.getLocalPort()
                            + " on 127.0.0.1 is in use by another program; stop that program or choose another with"
                            + " --admin-port");
        }
    }
}
