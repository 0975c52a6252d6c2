package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * {@code ik server} in a process and with a folder of its own, which it finds again after each start. Thread-safe but for starts and ends, which
 * are one thread's.
 */
final class Node implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("InferenceKey at (\\S+), data in");

    /** What {@code ./ik} gives to a server, but for the archive of classes. */
    private static final List<String> JVM = List.of(
            "-XX:+UseSerialGC",
            "-Xmn16m",
            "-Xmx1g",
            "-XX:CompileThresholdScaling=8",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.leakDetection.level=disabled",
            "-Dio.netty.jfr.enabled=false");

    private static final HttpClient LOAD_BALANCER = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final String name;
    private final Path folder;
    private final Path log;
    private Build build;
    private List<String> options;
    private @Nullable Process process;
    private volatile @Nullable URI url;
    private volatile boolean takesCalls;

    /**
     * The program that a node runs.
     *
     * @param classPath with {@code dev.inferencekey.cli.Ik}
     */
    record Build(String name, String classPath) {
        /** What is being tested. */
        static Build current() {
            return new Build("this build", System.getProperty("java.class.path"));
        }

        /**
         * What {@code ./ik} builds.
         *
         * @param folder {@code cli/target/ik} of a checkout
         */
        static Build of(String name, Path folder) {
            return new Build(name, folder + "/client/*:" + folder + "/server/*");
        }
    }

    Node(String name, Path folder, List<String> options) {
        this.name = name;
        this.folder = folder;
        this.options = List.copyOf(options);
        this.build = Build.current();
        this.log = folder.resolveSibling(name + ".log");
    }

    String name() {
        return name;
    }

    /** Its data folder. */
    Path folder() {
        return folder;
    }

    /** Where it listens; another port after each start. */
    URI url() {
        URI known = url;
        if (known == null) {
            throw new IllegalStateException(name + " has not been started");
        }
        return known;
    }

    /** What a load balancer thinks of it. */
    boolean takesCalls() {
        return takesCalls;
    }

    /** Lets the load balancer look: it is in the rotation as long as it says that it is ready. */
    void probe() {
        takesCalls = isReady();
    }

    private boolean isReady() {
        URI at = url;
        if (at == null) {
            return false;
        }
        try {
            HttpRequest question = HttpRequest.newBuilder(at.resolve("/health/ready"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return LOAD_BALANCER.send(question, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException noAnswer) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A caller of its control plane. */
    Http http() {
        return new Http(url());
    }

    /** What its folder's owner may do everything with. */
    String operator() {
        try {
            return Files.readString(folder.resolve("operator.credential")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program that it runs, from its next start on. */
    Build build() {
        return build;
    }

    /** Another program from the next start on. */
    void use(Build next) {
        build = next;
    }

    /** Other options from the next start on. */
    void use(List<String> next) {
        options = List.copyOf(next);
    }

    /** Runs a command of {@code ik} on this node's folder, while it is stopped, and waits for its end. */
    void command(String... words) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "dev.inferencekey.cli.Ik"));
        command.addAll(List.of(words));
        command.addAll(List.of("--data", folder.toString()));
        try {
            Process running = begin(command);
            if (!running.waitFor(5, TimeUnit.MINUTES) || running.exitValue() != 0) {
                running.destroyForcibly();
                throw new AssertionError("ik " + List.of(words) + " failed\n" + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Starts the process and returns at once. */
    Node begin() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of("dev.inferencekey.cli.Ik", "server"));
        command.addAll(List.of("--data", folder.toString(), "--port", "0", "--admin-port", "0"));
        command.addAll(options);
        url = null;
        process = begin(command);
        return this;
    }

    private Process begin(List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("INFERENCEKEY_"));
        // Not on the command line, where it would hide what makes a process of a node.
        builder.environment().put("CLASSPATH", build.classPath);
        builder.environment()
                .put("HOME", Objects.requireNonNull(folder.getParent()).toString());
        try {
            Files.writeString(log, "");
            Process started = builder.start();
            // No node outlives the tests, however those end.
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it serves. */
    Node awaitReady() {
        url = Awaitility.await(name + " says where it is")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .until(this::address, Optional::isPresent)
                .orElseThrow();
        Awaitility.await(name + " is ready")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    requireAlive();
                    probe();
                    return takesCalls;
                });
        return this;
    }

    Node start() {
        return begin().awaitReady();
    }

    private Optional<URI> address() {
        requireAlive();
        return ADDRESS.matcher(log()).results().findFirst().map(match -> URI.create(match.group(1)));
    }

    private Process process() {
        if (process == null) {
            throw new IllegalStateException(name + " has not been started");
        }
        return process;
    }

    private void requireAlive() {
        if (!process().isAlive()) {
            throw new AssertionError(name + " has ended\n" + log());
        }
    }

    /** What it wrote on its screen since the last start. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it logged at one of the levels, since its folder was made. */
    List<String> logged(String... levels) {
        try (Stream<String> lines = Files.lines(folder.resolve(Path.of("logs", "server.log")))) {
            return lines.filter(
                            line -> Stream.of(levels).anyMatch(level -> line.contains("\"level\":\"" + level + "\"")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the kernel's out-of-memory killer would. */
    void kill() {
        takesCalls = false;
        process().destroyForcibly().onExit().join();
    }

    /** SIGTERM, and waits for the end, at most a minute. */
    void stop() {
        process().destroy();
        process().onExit().orTimeout(60, TimeUnit.SECONDS).join();
        takesCalls = false;
    }

    /** Processor time of the process so far. */
    Duration cpu() {
        return process().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Resident memory, bytes. */
    long resident() {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process().pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1_024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            stop();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
