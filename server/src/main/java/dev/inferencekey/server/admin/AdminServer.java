package dev.inferencekey.server.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.server.ports.health.Health;
import dev.inferencekey.server.ports.metrics.MetricSource;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves {@code GET /metrics}, {@code /health/live} and {@code /health/ready}, and nothing else, apart from the one public address: what
 * probes and scrapers do can't get in the way of requests, nor the other way round. Without credentials, so on the loopback interface unless
 * told otherwise; it tells the names of projects and workloads, and no secret. On the loopback interface it answers to the names of this
 * machine alone, so that no web page reads it under a name of its own that leads here.
 *
 * <p>Thread-safe.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int BACKLOG = 64;
    private static final int MAX_AT_A_TIME = 32;
    /** From the first byte of a request to the last of its answer. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final HttpServer server;
    private final ShortTasks tasks;
    private final PrometheusText metrics;
    private final Health health;
    private final boolean loopback;

    private AdminServer(HttpServer server, ShortTasks tasks, PrometheusText metrics, Health health) {
        this.server = server;
        this.loopback = server.getAddress().getAddress().isLoopbackAddress();
        this.tasks = tasks;
        this.metrics = metrics;
        this.health = health;
    }

    /**
     * Starts to listen.
     *
     * @param host the address to listen on
     * @param port 0 for any free one
     * @param sources whose figures {@code /metrics} shows, next to the process's own
     * @throws AdminStartException if it can't
     */
    public static AdminServer start(String host, int port, List<MetricSource> sources, Health health) {
        return start(host, port, sources, health, LONGEST);
    }

    static AdminServer start(String host, int port, List<MetricSource> sources, Health health, Duration longest) {
        HttpServer server;
        try {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new UnknownHostException("no such address");
            }
            server = HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            String where = "admin port " + port + " on " + host;
            throw new AdminStartException(
                    e instanceof BindException && String.valueOf(e.getMessage()).contains("in use")
                            ? where
                                    + " is in use by another program; stop that program or choose another with --admin-port"
                            : where + " can't be listened on: " + e.getMessage(),
                    e);
        }
        List<MetricSource> all = new ArrayList<>(sources);
        all.add(new ProcessMetrics());
        AdminServer admin =
                new AdminServer(server, new ShortTasks(MAX_AT_A_TIME, longest), new PrometheusText(all), health);
        server.setExecutor(admin.tasks);
        server.createContext("/", admin::handle);
        server.start();
        LOG.atInfo().addKeyValue("host", host).addKeyValue("port", admin.port()).log("admin listens");
        return admin;
    }

    /** The port that is listened on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange);
        } catch (RuntimeException e) {
            LOG.error("admin: a request failed", e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        boolean head = method.equals("HEAD");
        if (!head && !method.equals("GET")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            send(exchange, 405, "text/plain; charset=utf-8", utf8("only GET\n"), false);
            return;
        }
        if (loopback && !isOfThisMachine(exchange.getRequestHeaders().getFirst("Host"))) {
            send(
                    exchange,
                    421,
                    "text/plain; charset=utf-8",
                    utf8("this port answers to localhost and loopback addresses; for other names choose an address to"
                            + " listen on with --admin-host\n"),
                    head);
            return;
        }
        switch (exchange.getRequestURI().getPath()) {
            case "/metrics" -> send(exchange, 200, PrometheusText.CONTENT_TYPE, metrics.scrape(), head);
            case "/health/live" -> health(exchange, health.live(), "live", head);
            case "/health/ready" -> health(exchange, health.ready(), "ready", head);
            case null, default ->
                send(
                        exchange,
                        404,
                        "text/plain; charset=utf-8",
                        utf8("here are /metrics, /health/live and /health/ready\n"),
                        head);
        }
    }

    /** Browsers say the name that they looked up; programs without one mean the address. */
    private static boolean isOfThisMachine(@Nullable String host) {
        if (host == null) {
            return true;
        }
        String name = host.replaceFirst(":[0-9]*$", "");
        if (name.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(name.replaceAll("^\\[|]$", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void health(HttpExchange exchange, Health.Report report, String what, boolean head)
            throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        send(exchange, report.well() ? 200 : 503, "application/json", JSON.writeValueAsBytes(report.body(what)), head);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body, boolean head)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** Stops at once. */
    @Override
    public void close() {
        server.stop(0);
        tasks.close();
    }
}
