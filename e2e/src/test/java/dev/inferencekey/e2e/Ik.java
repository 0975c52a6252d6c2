package dev.inferencekey.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** The {@code ./ik} of this checkout, run as its users run it: as a process. */
final class Ik {
    private static final Path LAUNCHER = Path.of("..", "ik").toAbsolutePath().normalize();

    private static final Pattern ADDRESS = Pattern.compile("InferenceKey at (\\S+), data in");

    private final Path home;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private String in = "";
    private List<String> as = List.of();

    /** Runs with a home folder of its own, so that nothing of the developer's is read or written. */
    Ik(Path home) {
        this.home = home;
    }

    Ik with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs by way of this command, such as one that changes the user. */
    Ik as(String... command) {
        as = List.of(command);
        return this;
    }

    /** The same person, who pipes this into the next command. */
    Ik piping(String text) {
        Ik piping = new Ik(home);
        piping.environment.putAll(environment);
        piping.in = text;
        return piping;
    }

    /** What a finished command left behind. */
    record Result(int exitCode, String out, String err) {
        JsonNode json() {
            return Http.JSON.readTree(out);
        }

        Result expect(int wanted) {
            if (exitCode != wanted) {
                throw new AssertionError("expected exit " + wanted + ", got " + exitCode + "\n" + out + "\n" + err);
            }
            return this;
        }
    }

    Result run(String... arguments) {
        try {
            Path out = Files.createTempFile(home, "out", ".txt");
            Path err = Files.createTempFile(home, "err", ".txt");
            Process process = builder(arguments)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (OutputStream pipe = process.getOutputStream()) {
                pipe.write(in.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("ik " + Arrays.asList(arguments) + " did not end\n" + Files.readString(out)
                        + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Starts a server, on a port that is free then, and waits until it serves. */
    Server server(Path data, String... options) throws IOException {
        Path log = Files.createTempFile(home, "server", ".txt");
        List<String> arguments = new ArrayList<>(List.of("server", "--data", data.toString(), "--port", "0"));
        arguments.addAll(List.of(options));
        Process process = builder(arguments.toArray(String[]::new))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        URI url = Awaitility.await("the server says where it is")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> addressIn(process, log), Optional::isPresent)
                .orElseThrow();
        Server server = new Server(process, url, data, log);
        server.awaitReady();
        return server;
    }

    private static Optional<URI> addressIn(Process process, Path log) throws IOException {
        boolean ended = !process.isAlive();
        String said = Files.readString(log);
        Optional<URI> url = ADDRESS.matcher(said).results().findFirst().map(match -> URI.create(match.group(1)));
        if (ended && url.isEmpty()) {
            throw new AssertionError("the server has ended\n" + said);
        }
        return url;
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(as);
        command.add(LAUNCHER.toString());
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("INFERENCEKEY_") || name.startsWith("XDG_"));
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(environment);
        return builder;
    }

    /** A server process. */
    record Server(Process process, URI url, Path data, Path log) implements AutoCloseable {
        Http http() {
            return new Http(url);
        }

        String operator() throws IOException {
            return Files.readString(data.resolve("operator.credential"), StandardCharsets.US_ASCII)
                    .strip();
        }

        void awaitReady() {
            Awaitility.await("the server is ready")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> {
                        if (!process.isAlive()) {
                            throw new AssertionError("the server has ended\n" + Files.readString(log));
                        }
                        try {
                            return http().get("/health/ready", null).status() == 200;
                        } catch (AssertionError notYet) {
                            return false;
                        }
                    });
        }

        /** As the kernel's out-of-memory killer would. */
        void kill() {
            process.destroyForcibly().onExit().join();
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        }
    }
}
