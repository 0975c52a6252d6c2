package dev.inferencekey.server.runtime.simulator;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.CounterReading;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One simulated model server from start to end. Thread-safe: all state is guarded by the lock of this object, which is never held
 * while {@code onChange} runs.
 */
final class SimulatorReplica implements Replica {
    private static final int MAX_LOG_LINES = 100;

    private final ReplicaSpec spec;
    private final String secret;
    private final RandomGenerator dice;
    private final InstantSource clock;
    private final Pace pace;
    private final Runnable onChange;
    private final Consumer<SimulatorReplica> onStopped;
    private final ArrayDeque<String> log = new ArrayDeque<>();
    private ReplicaStatus status = new ReplicaStatus.Starting("process_start", "the simulator is starting");
    private @Nullable SimulatedServer server;
    private @Nullable Thread starter;
    private boolean stopped;

    SimulatorReplica(
            ReplicaSpec spec,
            String secret,
            RandomGenerator dice,
            InstantSource clock,
            Pace pace,
            Runnable onChange,
            Consumer<SimulatorReplica> onStopped) {
        this.spec = spec;
        this.secret = secret;
        this.dice = dice;
        this.clock = clock;
        this.pace = pace;
        this.onChange = onChange;
        this.onStopped = onStopped;
    }

    void begin() {
        SimulatorConfig config;
        try {
            config = SimulatorConfig.parse(spec.config());
        } catch (IllegalArgumentException e) {
            become(new ReplicaStatus.Failed(String.valueOf(e.getMessage()), false));
            return;
        }
        Thread thread =
                Thread.ofVirtual().name("simulator-start-" + spec.replicaId()).unstarted(() -> comeUp(config));
        synchronized (this) {
            if (stopped) {
                return;
            }
            starter = thread;
        }
        thread.start();
    }

    private void comeUp(SimulatorConfig config) {
        String model = "simulator/" + spec.modelName();
        try {
            become(new ReplicaStatus.Starting(
                    "model_load",
                    "simulating the load of " + spec.modelName() + " for "
                            + config.startup().toMillis() + " ms"));
            pace.until(pace.nanoTime() + config.startup().toNanos());
            SimulatedServer opened =
                    new SimulatedServer(spec.replicaId(), model, config, secret, dice, clock, pace, this::crash);
            boolean unwanted;
            synchronized (this) {
                unwanted = stopped;
                if (!unwanted) {
                    server = opened;
                }
            }
            if (unwanted) {
                opened.close();
                return;
            }
            become(new ReplicaStatus.Ready(new ReplicaTarget(
                    spec.replicaId(), URI.create("http://127.0.0.1:" + opened.port()), model, secret)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            become(new ReplicaStatus.Failed("the simulator can't listen on loopback: " + e.getMessage(), true));
        }
    }

    private synchronized @Nullable SimulatedServer server() {
        return server;
    }

    private void crash() {
        become(new ReplicaStatus.Failed("the simulator has crashed, as crash_rate asks for", true));
        Thread.ofVirtual().name("simulator-crash-" + spec.replicaId()).start(this::cut);
    }

    private void cut() {
        SimulatedServer open;
        synchronized (this) {
            open = server;
            server = null;
        }
        if (open != null) {
            open.close();
        }
    }

    /** Nothing changes after a stop, and nothing follows a failure. */
    private void become(ReplicaStatus next) {
        synchronized (this) {
            if (stopped || status instanceof ReplicaStatus.Failed) {
                return;
            }
            status = next;
            if (log.size() == MAX_LOG_LINES) {
                log.removeFirst();
            }
            log.addLast(clock.instant() + " " + describe(next));
        }
        onChange.run();
    }

    private static String describe(ReplicaStatus status) {
        return switch (status) {
            case ReplicaStatus.Starting starting -> starting.message();
            case ReplicaStatus.Ready ready -> "listening on " + ready.target().baseUrl();
            case ReplicaStatus.Unable unable -> unable.message();
            case ReplicaStatus.Failed failed -> failed.message();
        };
    }

    @Override
    public String id() {
        return spec.replicaId();
    }

    @Override
    public synchronized ReplicaStatus status() {
        return status;
    }

    boolean listensOn(int port) {
        SimulatedServer open = server();
        return open != null && open.port() == port;
    }

    /** How many requests it is answering. */
    int active() {
        SimulatedServer open = server();
        return open == null ? 0 : open.active();
    }

    @Override
    public CounterReading counters() {
        SimulatedServer open = server();
        return open == null
                ? new CounterReading.Nothing("The simulator is not running.", false)
                : new CounterReading.Counted(open.counters());
    }

    @Override
    public synchronized List<String> logTail(int limit) {
        return log.stream().skip(Math.max(0, log.size() - limit)).toList();
    }

    @Override
    public void stop() {
        Thread starting;
        synchronized (this) {
            stopped = true;
            starting = starter;
        }
        if (starting != null && starting != Thread.currentThread()) {
            starting.interrupt();
        }
        cut();
        onStopped.accept(this);
    }
}
