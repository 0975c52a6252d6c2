package dev.inferencekey.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that answers what it was told to, and remembers what it was asked. Thread-safe. */
public final class FakeServer implements AutoCloseable {
    /** What came in. */
    public record Request(String method, String path, String authorization, String body) {}

    /** What goes out. */
    public record Reply(int status, String body, Map<String, String> headers) {
        public Reply {
            headers = Map.copyOf(headers);
        }

        public static Reply json(int status, String body) {
            return new Reply(status, body, Map.of("Content-Type", "application/json"));
        }

        public static Reply events(String body) {
            return new Reply(200, body, Map.of("Content-Type", "text/event-stream"));
        }

        public Reply with(String header, String value) {
            Map<String, String> all = new LinkedHashMap<>(headers);
            all.put(header, value);
            return new Reply(status, body, all);
        }
    }

    private final HttpServer http;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("fake-server-", 0).daemon().factory());
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    public FakeServer() {
        try {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        http.createContext("/", this::answer);
        http.setExecutor(threads);
        http.start();
    }

    public String url() {
        return "http://127.0.0.1:" + http.getAddress().getPort();
    }

    /** Answers {@code METHOD /path?query} with JSON from now on. */
    public FakeServer on(String route, int status, String json) {
        return on(route, Reply.json(status, json));
    }

    public FakeServer on(String route, Reply reply) {
        replies.put(route, reply);
        return this;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The one request with this method and path. */
    public Request request(String method, String path) {
        return requests.stream()
                .filter(request ->
                        request.method().equals(method) && request.path().equals(path))
                .reduce((first, second) -> {
                    throw new AssertionError("more than one " + method + " " + path);
                })
                .orElseThrow(() -> new AssertionError("no " + method + " " + path + " among " + requests));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().toString();
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(
                    new Request(exchange.getRequestMethod(), path, authorization == null ? "" : authorization, body));
            Reply reply = replies.getOrDefault(
                    exchange.getRequestMethod() + " " + path,
                    Reply.json(404, "{\"error\":\"not_found\",\"message\":\"nothing at " + path + "\"}"));
            reply.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
