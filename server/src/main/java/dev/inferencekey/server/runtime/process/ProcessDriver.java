package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Runs engines as child processes of the platform, on loopback, each with a secret of its own that only the gateway knows. {@code
 * llamacpp} falls back to the embedded engine where {@code llama-server} is not on the PATH. Thread-safe.
 */
public final class ProcessDriver implements RuntimeDriver {
    private static final int SECRET_BYTES = 32;

    private final Path folder;
    private final Map<String, String> environment;
    private final SecureRandom random;
    private final LaunchPlanner planner;
    private final HealthProbe probe = new HealthProbe();
    private final List<ProcessReplica> running = new CopyOnWriteArrayList<>();

    /**
     * Removes the working folders that an earlier process left behind.
     *
     * @param folder holds one working folder for each replica, and nothing else
     * @param embeddedEngine the command that starts the embedded engine, to which flags are appended; empty if there is none
     * @param environment of this process; little of it is passed on
     */
    public ProcessDriver(
            Path folder, List<String> embeddedEngine, Map<String, String> environment, SecureRandom random) {
        this.folder = folder;
        this.environment = Map.copyOf(environment);
        this.random = random;
        this.planner = new LaunchPlanner(embeddedEngine, environment);
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the working folders of earlier model servers can't be removed", e);
        }
    }

    @Override
    public Set<String> backends() {
        return Arrays.stream(EngineRecipe.values()).map(EngineRecipe::backend).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Replica start(ReplicaSpec spec, Runnable onChange) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        ProcessReplica replica = new ProcessReplica(
                spec,
                planner,
                probe,
                folder.resolve(spec.replicaId()),
                environment,
                HexFormat.of().formatHex(secret),
                onChange,
                running::remove);
        running.add(replica);
        replica.begin();
        return replica;
    }

    @Override
    public void close() {
        List<Thread> stops = new ArrayList<>();
        for (ProcessReplica replica : running) {
            stops.add(Thread.ofVirtual().name("stop-" + replica.id()).start(replica::stop));
        }
        for (Thread stop : stops) {
            try {
                stop.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
