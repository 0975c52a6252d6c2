package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs backends that are programs: {@code llamacpp} (the real {@code llama-server}, or the embedded engine where that is not
 * installed), {@code vllm}, {@code vllm-omni}, {@code sglang}, {@code stablediffusioncpp} and {@code ollama}. Thread-safe.
 *
 * <p>Commands run without a shell, in a folder of their own, with a cleaned environment, and listen on loopback alone. Where an
 * engine knows a secret, each replica has one, which is never in the arguments. Nothing that was started outlives the platform.
 */
public final class ProcessDriver implements RuntimeDriver {
    private static final int SECRET_BYTES = 32;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final ProcessDriverConfig config;
    private final LaunchPlanner planner;
    private final SecureRandom secrets;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("engine-http-", 0).factory());
    private final HttpClient http;
    private final Set<ProcessReplica> started = ConcurrentHashMap.newKeySet();

    /** Ends what an earlier platform with the same engine folder left behind. */
    public ProcessDriver(ProcessDriverConfig config, SecureRandom secrets) {
        this.config = config;
        this.planner = new LaunchPlanner(config);
        this.secrets = secrets;
        // HTTP/1.1, since an attempt at h2c makes some engines answer 400.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(threads)
                .build();
        try {
            Files.createDirectories(config.engineFolder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Leftovers.sweep(config.engineFolder());
    }

    @Override
    public Set<String> backends() {
        return LaunchPlanner.BACKENDS;
    }

    @Override
    public Replica start(ReplicaSpec spec, Runnable onChange) {
        byte[] secret = new byte[SECRET_BYTES];
        secrets.nextBytes(secret);
        ProcessReplica replica = new ProcessReplica(
                spec, config, planner, http, HexFormat.of().formatHex(secret), onChange, started::remove);
        started.add(replica);
        replica.begin();
        return replica;
    }

    @Override
    public void close() {
        List<Thread> stops = new ArrayList<>();
        for (ProcessReplica replica : started) {
            stops.add(Thread.ofVirtual().name("engine-stop-" + replica.id()).start(replica::stop));
        }
        try {
            for (Thread stop : stops) {
                stop.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.shutdownNow();
        threads.shutdownNow();
    }
}
