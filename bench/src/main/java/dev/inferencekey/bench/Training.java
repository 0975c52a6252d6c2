package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.contender.Provisioning;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.contender.Us;
import dev.inferencekey.bench.load.Bodies;
import dev.inferencekey.bench.load.Pauses;
import dev.inferencekey.bench.machine.Cores;
import dev.inferencekey.bench.machine.ModelProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lets a server do what servers do, while its JVM records which classes and methods that takes; {@code ./build/release} starts it. For
 * each kind of call the server is asked as callers ask it: single answers of a model server, single answers, streams and vectors of the
 * simulator, and beside them what people and scripts ask the control plane and the dashboard.
 *
 * <p>The data folder is there before the recording begins: a start on an empty one runs code that no later start runs.
 */
public final class Training {
    private static final int CALLERS = 24;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final String SIMULATED = "simulated";
    private static final String VECTORS = "vectors";
    private static final String API = "/api/projects/" + Bench.PROJECT;
    private static final String SINGLE = Bodies.single().replace("\"" + Bench.WORKLOAD + "\"", "\"" + SIMULATED + "\"");
    private static final String STREAMED = SINGLE.substring(0, SINGLE.length() - 1) + ",\"stream\":true}";
    private static final String TEXTS = "{\"model\":\"vectors\",\"input\":[\"a first text\",\"and another one\"]}";
    private static final List<String> PAGES =
            List.of("/projects/" + Bench.PROJECT, "/projects/" + Bench.PROJECT + "/keys", "/openapi.json");
    private static final List<String> READ = List.of("/api/projects", API + "/workloads", API + "/keys");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Running server;
    private final Path operator;
    private final List<String> keys;

    private Training(Running server, Path operator, List<String> keys) {
        this.server = server;
        this.operator = operator;
        this.keys = List.copyOf(keys);
    }

    /**
     * @param arguments the folder with {@code ik}, options of Java that make it record, and how many seconds of load
     */
    public static void main(String[] arguments) {
        Path program = Path.of(arguments[0]);
        Duration time = Duration.ofSeconds(Long.parseLong(arguments[2]));
        Path work = Folders.temporary();
        Cores cores = Cores.choose();
        try (ModelProcess model = ModelProcess.start(cores, work)) {
            Path data = work.resolve("data");
            List<String> keys = Provisioning.run(program, new Bench(work, cores, model.port(), List.of()), data, 10);
            Us server = new Us(program, "training", "the server that is recorded", data, List.of(), arguments[1]);
            try (Running running = server.start(new Bench(work, cores, model.port(), keys))) {
                new Training(running, data.resolve("operator.credential"), keys).run(time);
                end(running.process().orElseThrow().root());
            }
        } finally {
            Folders.delete(work);
        }
    }

    /** What was recorded is written when the server ends, which takes a while. */
    private static void end(ProcessHandle recorded) {
        recorded.destroy();
        recorded.onExit().orTimeout(PATIENCE.toSeconds() * 2, TimeUnit.SECONDS).join();
    }

    private void run(Duration time) {
        awaitServed(Bench.WORKLOAD, "chat/completions", Bodies.single(), keys.getFirst());
        // The control plane opens after the gateway.
        await(
                "control plane",
                () -> Files.exists(operator) ? control("/api/projects").GET() : null);
        create(SIMULATED, "text2text");
        create(VECTORS, "embedding");
        String key = JSON.readTree(
                        expect(201, mint("simulator", SIMULATED, VECTORS)).body())
                .get("credential")
                .asString();
        awaitServed(SIMULATED, "chat/completions", SINGLE, key);
        awaitServed(VECTORS, "embeddings", TEXTS, key);
        String cookie = join();
        long end = System.nanoTime() + time.toNanos();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                int first = caller;
                callers.execute(() -> call(first, key, end));
            }
            callers.execute(() -> manage(cookie, end));
        }
        server.requireAlive();
        System.err.printf("training: %d calls answered, %d failed%n", answered.get(), failed.get());
        if (failed.get() * 100 > answered.get() || answered.get() == 0) {
            throw new IllegalStateException("too many calls failed: a server is trained by what succeeds");
        }
    }

    /** One call after the other, half of them of kinds other than single answers of a model server. */
    private void call(int first, String key, long end) {
        for (int i = first; System.nanoTime() < end; i++) {
            switch (i % 8) {
                case 0 -> count(inference(SIMULATED, "chat/completions", SINGLE, key));
                case 2 -> count(inference(SIMULATED, "chat/completions", STREAMED, key));
                case 4 -> count(inference(VECTORS, "embeddings", TEXTS, key));
                default ->
                    count(inference(Bench.WORKLOAD, "chat/completions", Bodies.single(), keys.get(i % keys.size())));
            }
        }
    }

    /** What people and scripts do beside: they look, and now and then make a key. */
    private void manage(String cookie, long end) {
        while (System.nanoTime() < end) {
            PAGES.forEach(page -> count(request(page).header("Cookie", cookie).GET()));
            READ.forEach(path -> count(control(path).GET()));
            count(mint("short-lived", SIMULATED));
        }
    }

    private void create(String slug, String taskType) {
        expect(
                201,
                control(API + "/workloads")
                        .POST(json(Map.of(
                                "name",
                                slug,
                                "slug",
                                slug,
                                "backend",
                                "simulator",
                                "model_name",
                                "tiny",
                                "task_type",
                                taskType,
                                "config",
                                Map.of("ttft_ms", 0, "tokens_per_second", 1_000_000)))));
    }

    private HttpRequest.Builder mint(String name, String... workloads) {
        List<String> grants =
                Arrays.stream(workloads).map(each -> Bench.PROJECT + "/" + each).toList();
        return control(API + "/keys").POST(json(Map.of("name", name, "grants", grants)));
    }

    /** Makes an owner's account, as the first person does; gives what its browser keeps. */
    private String join() {
        String link = JSON.readTree(expect(201, control("/api/owner-links").POST(json(Map.of())))
                        .body())
                .get("link")
                .asString();
        String cookie = expect(
                        303,
                        request("/join")
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(
                                        "invitation=%s&email=owner%%40example.com&password=correct+horse+battery"
                                                .formatted(link.substring(link.indexOf('#') + 1)))))
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private void awaitServed(String workload, String route, String body, String key) {
        await("workload " + workload, () -> inference(workload, route, body, key));
    }

    private void await(String what, Supplier<HttpRequest.@Nullable Builder> question) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                HttpRequest.Builder request = question.get();
                if (request != null && send(request).statusCode() == 200) {
                    return;
                }
            } catch (UncheckedIOException e) {
                // It does not listen yet.
            }
            server.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the " + what + " is not served");
            }
            Pauses.of(PAUSE);
        }
    }

    private HttpRequest.Builder inference(String workload, String route, String body, String key) {
        return request("/endpoint/" + Bench.PROJECT + "/" + workload + "/v1/" + route)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder control(String path) {
        try {
            return request(path)
                    .header(
                            "Authorization",
                            "Bearer " + Files.readString(operator).strip())
                    .header("Content-Type", "application/json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.target().port() + path))
                .timeout(PATIENCE);
    }

    private static HttpRequest.BodyPublisher json(Map<String, ?> body) {
        return BodyPublishers.ofString(JSON.writeValueAsString(body));
    }

    private void count(HttpRequest.Builder request) {
        HttpResponse<String> response = send(request);
        if (response.statusCode() < 300) {
            answered.incrementAndGet();
        } else if (failed.getAndIncrement() == 0) {
            System.err.printf("training: %s answered %d: %s%n", response.uri(), response.statusCode(), response.body());
        }
    }

    private HttpResponse<String> expect(int status, HttpRequest.Builder request) {
        HttpResponse<String> response = send(request);
        if (response.statusCode() != status) {
            throw new IllegalStateException(
                    response.uri() + " answered " + response.statusCode() + ": " + response.body());
        }
        return response;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
