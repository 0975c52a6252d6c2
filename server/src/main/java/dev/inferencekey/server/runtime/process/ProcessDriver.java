package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.runtime.isolation.EngineSandbox;
import dev.inferencekey.server.runtime.probe.EngineHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs backends that are programs: {@code llamacpp} (the real {@code llama-server}, or the embedded engine where that is not
 * installed), {@code vllm}, {@code vllm-omni}, {@code sglang}, {@code stablediffusioncpp} and {@code ollama}. Thread-safe.
 *
 * <p>Commands run without a shell, in a folder of their own, out of reach of the platform (decision 24), with a cleaned environment,
 * and listen on loopback alone. Where an
 * engine knows a secret, each replica has one, which is never in the arguments. Nothing that was started outlives the platform.
 */
public final class ProcessDriver implements RuntimeDriver {
    private static final int SECRET_BYTES = 32;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final ProcessDriverConfig config;
    private final LaunchPlanner planner;
    private final EngineSandbox sandbox;
    private final SecureRandom secrets;
    private final EngineHttp http;
    private final Set<ProcessReplica> started = ConcurrentHashMap.newKeySet();

    /** Ends what an earlier platform with the same engine folder left behind. */
    public ProcessDriver(ProcessDriverConfig config, SecureRandom secrets) {
        this.config = config;
        this.planner = new LaunchPlanner(config);
        this.secrets = secrets;
        this.http = new EngineHttp("engine-http-", CONNECT_TIMEOUT);
        try {
            makePrivate(config.engineFolder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.sandbox =
                new EngineSandbox(config.isolation(), config.dataFolder(), config.engineFolder(), config.environment());
        Leftovers.sweep(config.engineFolder());
    }

    /** For its owner alone, whatever the process's umask says; what an earlier version made more open is closed. */
    private static void makePrivate(Path folder) throws IOException {
        Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(owner));
        Files.setPosixFilePermissions(folder, owner);
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
                spec,
                config,
                planner,
                sandbox,
                http.plain(),
                HexFormat.of().formatHex(secret),
                onChange,
                started::remove);
        started.add(replica);
        replica.begin();
        return replica;
    }

    @Override
    public boolean listensOn(int port) {
        return started.stream().anyMatch(replica -> replica.listensOn(port));
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
        http.close();
    }
}
