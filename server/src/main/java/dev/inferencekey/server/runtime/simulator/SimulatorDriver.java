package dev.inferencekey.server.runtime.simulator;

import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/**
 * Runs backend {@code simulator}: each replica is a small HTTP server on loopback, inside this process, that speaks every data-plane
 * route and says in {@code model} and in the header {@code X-InferenceKey-Simulated} that it simulates. {@code config} takes {@code
 * ttft_ms}, {@code tokens_per_second}, {@code output_tokens}, {@code failure_rate}, {@code crash_rate} and {@code startup_ms}.
 * Thread-safe.
 */
public final class SimulatorDriver implements RuntimeDriver {
    private static final int SECRET_BYTES = 32;

    private final RandomGenerator dice;
    private final SecureRandom secrets;
    private final InstantSource clock;
    private final Pace pace;
    private final List<SimulatorReplica> started = new CopyOnWriteArrayList<>();

    /**
     * @param dice decides which requests fail and crash; used by one thread at a time
     * @param secrets makes the secret of each replica
     */
    public SimulatorDriver(RandomGenerator dice, SecureRandom secrets, InstantSource clock) {
        this(dice, secrets, clock, Pace.real());
    }

    SimulatorDriver(RandomGenerator dice, SecureRandom secrets, InstantSource clock, Pace pace) {
        this.dice = dice;
        this.secrets = secrets;
        this.clock = clock;
        this.pace = pace;
    }

    @Override
    public Set<String> backends() {
        return Set.of("simulator");
    }

    @Override
    public Replica start(ReplicaSpec spec, Runnable onChange) {
        byte[] secret = new byte[SECRET_BYTES];
        secrets.nextBytes(secret);
        SimulatorReplica replica = new SimulatorReplica(
                spec, HexFormat.of().formatHex(secret), dice, clock, pace, onChange, started::remove);
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
        started.forEach(SimulatorReplica::stop);
    }
}
