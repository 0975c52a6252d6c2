package dev.inferencekey.engine.process;

import dev.inferencekey.engine.EngineMain;
import dev.inferencekey.engine.gguf.TinyModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An engine in a process of its own, and how to talk to it. */
final class EngineProcess implements AutoCloseable {
    static final String SECRET = "replica-secret-0123456789";
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final Process process;
    private final Path errors;
    private final int port;

    private EngineProcess(Process process, Path errors, int port) {
        this.process = process;
        this.errors = errors;
        this.port = port;
    }

    /** The command line that starts an engine on any free port. */
    static List<String> command(Path folder, String... flags) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dde.kherud.llama.tmpdir=" + folder.resolve("natives"),
                "-cp",
                System.getProperty("java.class.path"),
                EngineMain.class.getName(),
                "--host",
                "127.0.0.1",
                "--port",
                "0"));
        command.addAll(List.of(flags));
        return command;
    }

    /** Starts a process that is expected to end by itself, with {@code input} as its whole standard input. */
    static Ended runToEnd(Path folder, String input, String... flags) throws IOException, InterruptedException {
        Path errors = Files.createTempFile(folder, "stderr", ".txt");
        Process process = new ProcessBuilder(command(folder, flags))
                .redirectError(errors.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
            stdin.flush();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("did not end: " + Files.readString(errors));
            }
        } catch (IOException e) {
            // It ended before it read its input, and so closed the pipe.
            process.waitFor();
        }
        return new Ended(process.exitValue(), Files.readString(errors));
    }

    /** Starts an engine with a model at {@code model} and waits until it is ready. */
    static EngineProcess start(Path folder, Path model, String... flags) {
        List<String> all = new ArrayList<>(List.of("-m", model.toString()));
        all.addAll(List.of(flags));
        try {
            Path errors = Files.createTempFile(folder, "stderr", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command(folder, all.toArray(String[]::new)));
            builder.environment().put("GGML_NO_BACKTRACE", "1");
            Process process = builder.redirectError(errors.toFile()).start();
            process.getOutputStream().write(secretLine());
            process.getOutputStream().flush();
            String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (line == null) {
                throw new IllegalStateException("did not listen: " + Files.readString(errors));
            }
            int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            EngineProcess engine = new EngineProcess(process, errors, port);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> engine.health() == 200);
            return engine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static EngineProcess startTiny(Path folder, String... flags) {
        try {
            Path model = folder.resolve("tiny.gguf");
            TinyModel.write(model);
            return start(folder, model, flags);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] secretLine() {
        return ("{\"api_key\": \"" + SECRET + "\"}\n").getBytes(StandardCharsets.UTF_8);
    }

    int port() {
        return port;
    }

    Process process() {
        return process;
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    private int health() throws IOException, InterruptedException {
        if (!process.isAlive()) {
            throw new IllegalStateException("ended: " + errors());
        }
        HttpRequest request = HttpRequest.newBuilder(uri("/health")).build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(PATIENCE).header("Authorization", "Bearer " + SECRET);
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(
                request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    /** Posts and returns the object of a 200 answer. */
    JsonNode ask(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = post(path, body);
        if (response.statusCode() != 200) {
            throw new IllegalStateException(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /**
     * How a process ended.
     *
     * @param status its exit status
     * @param errors what it wrote to standard error
     */
    record Ended(int status, String errors) {}
}
