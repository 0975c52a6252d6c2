package dev.inferencekey.server.runtime.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A program that behaves like a model server as far as starting and ending one goes. What it does besides is told by flags that begin
 * with {@code --fake-}.
 */
final class FakeEngine {
    /** The one model that it has without fetching it. */
    static final String PRESENT = "present";

    private final List<String> arguments;
    private volatile boolean ready;

    private FakeEngine(List<String> arguments) {
        this.arguments = arguments;
    }

    public static void main(String[] arguments) throws Exception {
        new FakeEngine(List.of(arguments)).run();
    }

    private void run() throws Exception {
        String say = value("--fake-say");
        if (say != null) {
            System.err.println(say);
        }
        String variable = value("--fake-say-variable");
        if (variable != null) {
            System.err.println(variable + " is " + System.getenv(variable));
        }
        String exit = value("--fake-exit");
        if (exit != null) {
            Runtime.getRuntime().halt(Integer.parseInt(exit));
        }
        String record = value("--fake-record");
        if (record != null) {
            record(Path.of(record));
        }
        if (arguments.contains("--fake-ignore-term")) {
            // A hook that never ends keeps a JVM from ending when it is asked to.
            Runtime.getRuntime().addShutdownHook(new Thread(FakeEngine::sleepForEver, "ignore-term"));
        }
        String goodbye = value("--fake-goodbye");
        if (goodbye != null) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> Path.of(goodbye).toFile().mkdir(), "goodbye"));
        }
        String spawn = value("--fake-spawn");
        if (spawn != null) {
            new ProcessBuilder("sleep", spawn).inheritIO().start();
            new ProcessBuilder("setsid", "sleep", spawn).inheritIO().start();
        }
        String grow = value("--fake-grow");
        if (grow != null) {
            new ProcessBuilder("sh", "-c", "x=$(head -c " + grow + "000000 /dev/zero | tr '\\0' x); sleep 1000")
                    .inheritIO()
                    .start();
        }
        String secret = secret();
        listen(secret);
        ready = !arguments.contains("--fake-never-ready");
        System.out.println("ready, secret is " + secret);
        sleepForEver();
    }

    private @Nullable String secret() throws IOException {
        if (arguments.contains("--fake-open")) {
            return null;
        }
        if (arguments.contains("--fake-own-key")) {
            return "another";
        }
        if (arguments.contains("--fake-stdin")) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String line = in.readLine();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (in.read() >= 0) {
                        // Only the end matters.
                    }
                } catch (IOException e) {
                    // An end as well.
                }
                Runtime.getRuntime().halt(0);
            });
            return line.substring("{\"api_key\":\"".length(), line.length() - 2);
        }
        String llama = System.getenv("LLAMA_API_KEY");
        return llama != null ? llama : System.getenv("VLLM_API_KEY");
    }

    private void listen(@Nullable String secret) throws IOException {
        String ollama = System.getenv("OLLAMA_HOST");
        String port = value("--port") != null ? value("--port") : value("--listen-port");
        if (port == null && ollama != null) {
            port = ollama.substring(ollama.indexOf(':') + 1);
        }
        String taken = value("--fake-port-taken-once");
        if (taken != null && Files.deleteIfExists(Path.of(taken))) {
            System.err.println("couldn't bind HTTP server socket");
            Runtime.getRuntime().halt(1);
        }
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(String.valueOf(port))), 0);
        server.createContext("/", exchange -> handle(exchange, secret));
        server.start();
    }

    private void handle(HttpExchange exchange, @Nullable String secret) throws IOException {
        String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().getPath();
        boolean open = path.equals("/health") || path.equals("/api/version") || path.equals("/");
        boolean authorized = secret == null
                || ("Bearer " + secret).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        if (path.equals("/crash")) {
            System.err.println("ggml error: out of memory");
            Runtime.getRuntime().halt(134);
        }
        if (path.equals("/attack") && authorized) {
            byte[] done = String.join(
                            "\n", HostileActs.tryAll(exchange.getRequestURI().getQuery()))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, done.length);
            exchange.getResponseBody().write(done);
            exchange.close();
            return;
        }
        int status = open ? (ready ? 200 : 503) : authorized ? 200 : 401;
        String body = "{}";
        if (path.equals("/api/show")) {
            status = asked.contains("\"" + PRESENT + "\"") ? 200 : 404;
        } else if (path.equals("/api/pull")) {
            String failure = System.getenv("OLLAMA_MODELS");
            body = failure != null && failure.endsWith("broken")
                    ? "{\"error\":\"file does not exist\"}"
                    : "{\"status\":\"success\"}";
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** What it was started with, for the test to look at. */
    private void record(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        arguments.forEach(argument -> lines.add("argument " + argument));
        for (Map.Entry<String, String> variable : new TreeMap<>(System.getenv()).entrySet()) {
            lines.add("variable " + variable.getKey());
        }
        lines.add("folder " + Path.of("").toAbsolutePath());
        lines.add("command "
                + Arrays.toString(ProcessHandle.current().info().arguments().orElse(new String[0])));
        Files.write(file, lines);
    }

    private @Nullable String value(String flag) {
        int at = arguments.indexOf(flag);
        return at < 0 ? null : arguments.get(at + 1);
    }

    private static void sleepForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
