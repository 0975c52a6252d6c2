package dev.inferencekey.e2e.nodes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model server that belongs to no node and so outlives all of them. It writes as many tokens as {@code max_tokens} allows, one word each, and
 * says so in {@code usage}. Thread-safe.
 */
final class ModelServer implements AutoCloseable {
    /** What it says that each prompt has. */
    static final int PROMPT_TOKENS = 5;

    private static final int DEFAULT_TOKENS = 16;
    private static final Pattern MAX_TOKENS = Pattern.compile("\"max_(?:completion_)?tokens\"\\s*:\\s*(\\d+)");
    private static final Pattern STREAM = Pattern.compile("\"stream\"\\s*:\\s*true");
    private static final String HEAD = "{\"id\":\"chatcmpl-1\",\"created\":1,\"model\":\"m\",";

    static {
        // Without it the kernel holds back small chunks for up to 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger mostActive = new AtomicInteger();
    private volatile Duration perToken = Duration.ZERO;

    ModelServer() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4_096);
        http.setExecutor(threads);
        http.createContext("/v1/models", exchange -> answer(exchange, "{\"object\":\"list\",\"data\":[]}"));
        http.createContext("/v1/chat/completions", this::chat);
        http.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    /** How long each token takes; nothing by default. */
    void pace(Duration eachToken) {
        perToken = eachToken;
    }

    /**
     * How many calls it was answering at the moment when there were most of them, since the last time that this was asked. A call is one from when its
     * head was read until its last byte is being sent: nobody can know earlier that it is over.
     */
    int mostActive() {
        return mostActive.getAndSet(active.get());
    }

    private void chat(HttpExchange exchange) throws IOException {
        int now = active.incrementAndGet();
        mostActive.accumulateAndGet(now, Math::max);
        AtomicBoolean over = new AtomicBoolean();
        // Before the last byte: whoever has that may send the next call before this thread goes on.
        Runnable worked = () -> {
            if (over.compareAndSet(false, true)) {
                active.decrementAndGet();
            }
        };
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Matcher asked = MAX_TOKENS.matcher(body);
            int tokens = asked.find() ? Integer.parseInt(asked.group(1)) : DEFAULT_TOKENS;
            if (STREAM.matcher(body).find()) {
                stream(exchange, tokens, worked);
            } else {
                pause(tokens);
                worked.run();
                answer(
                        exchange,
                        HEAD + "\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\","
                                + "\"message\":{\"role\":\"assistant\",\"content\":\"" + "word ".repeat(tokens)
                                + "\"}}]," + usage(tokens) + "}");
            }
        } finally {
            worked.run();
        }
    }

    private void stream(HttpExchange exchange, int tokens, Runnable worked) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < tokens; i++) {
                pause(1);
                event(out, chunk("[{\"index\":0,\"delta\":{\"content\":\"word \"}}]") + "}");
            }
            event(out, chunk("[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]") + "}");
            event(out, chunk("[]") + "," + usage(tokens) + "}");
            event(out, "[DONE]");
            worked.run(); // What is left is the empty chunk that ends the body.
        }
    }

    private static String chunk(String choices) {
        return HEAD + "\"object\":\"chat.completion.chunk\",\"choices\":" + choices;
    }

    private static String usage(int tokens) {
        return "\"usage\":{\"prompt_tokens\":" + PROMPT_TOKENS + ",\"completion_tokens\":" + tokens
                + ",\"total_tokens\":" + (PROMPT_TOKENS + tokens) + "}";
    }

    private static void event(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void pause(int tokens) {
        long until = System.nanoTime() + tokens * perToken.toNanos();
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        try (exchange) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
