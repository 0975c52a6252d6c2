package dev.inferencekey.testkit;

import dev.inferencekey.server.app.Hosting;
import dev.inferencekey.server.app.ObservabilityConfig;
import dev.inferencekey.server.app.Platform;
import dev.inferencekey.server.app.PlatformConfig;
import dev.inferencekey.server.app.StoreConfig;
import dev.inferencekey.server.gateway.EjectionPolicy;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.runtime.probe.EngineHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The one server that the platforms of a test share, with its folder. Thread-safe; {@link #close} is idempotent. */
final class RunningServer implements AutoCloseable {
    /** A client that never takes its answer must not hold up the end of a test. */
    private static final Duration STOP_PATIENCE = Duration.ofMillis(200);

    /** Scripted faults follow each other: what one test does to a model must not keep the next from it. */
    private static final EjectionPolicy NO_EJECTION =
            new EjectionPolicy(0, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);

    private final Path folder;
    private final Platform platform;
    private final ControlCalls control;
    private final ModelServer models = new ModelServer();
    private final AtomicInteger projects = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    private RunningServer(Path folder, Platform platform, EngineHttp http) {
        this.folder = folder;
        this.platform = platform;
        this.control = new ControlCalls(http, platform.url(), platform.operatorCredential());
    }

    static RunningServer start() {
        Path folder;
        try {
            folder = Files.createTempDirectory(
                    "inferencekey-test-" + ProcessHandle.current().pid() + "-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder can be made", e);
        }
        // Beside the start, which has only one core busy: loading classes is most of it in a fresh JVM.
        CompletableFuture<EngineHttp> http = CompletableFuture.supplyAsync(
                ControlCalls::client,
                task -> Thread.ofPlatform()
                        .daemon()
                        .name("inferencekey-testkit-start")
                        .start(task));
        try {
            PlatformConfig config = PlatformConfig.builder(folder)
                    .hosting(Hosting.GUEST)
                    .store(new StoreConfig.SqliteFile(false))
                    .gateway(GatewayConfig.builder()
                            .port(0)
                            .threads(2)
                            .stopTimeout(STOP_PATIENCE)
                            .ejection(NO_EJECTION)
                            .build())
                    .observability(ObservabilityConfig.defaults()
                            .withAdminPort(new ObservabilityConfig.NoPort())
                            .withAccessLog(ObservabilityConfig.AccessLogTarget.OFF))
                    .build();
            return new RunningServer(folder, Platform.start(config, InstantSource.system()), http.join());
        } catch (RuntimeException | Error e) {
            http.join().close();
            delete(folder);
            throw e;
        }
    }

    URI url() {
        return platform.url();
    }

    /** Opened to the operator. */
    ControlCalls control() {
        return control;
    }

    /** Answers for the scripted workloads. */
    ModelServer models() {
        return models;
    }

    /** A number that no other project of this server has. */
    int nextProject() {
        return projects.incrementAndGet();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            control.close();
            platform.close();
            models.close();
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("the temporary folder " + folder + " can't be deleted", e);
        }
    }
}
