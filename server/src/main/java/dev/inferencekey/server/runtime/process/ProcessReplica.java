package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model server as a child process: plan, start, wait until it is ready and protected, watch it until it ends.
 *
 * <p>Thread-safe. Invariant: {@link #status} is written by the replica's own thread alone, and {@code Failed} is its last value.
 */
final class ProcessReplica implements Replica {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessReplica.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final int ENDED_BY_SIGNAL = 128;
    private static final int WRONG_COMMAND_LINE = 2;

    /** Ports are picked first and bound by the child later; whoever takes one in between costs another attempt. */
    private static final int PORT_ATTEMPTS = 3;

    private final ReplicaSpec spec;
    private final LaunchPlanner planner;
    private final HealthProbe probe;
    private final Path folder;
    private final Map<String, String> environment;
    private final String secret;
    private final Runnable onChange;
    private final Consumer<ProcessReplica> onEnd;
    private final LogTail log;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile ReplicaStatus status = new ReplicaStatus.Starting("process_start", "starting the model server");
    private volatile boolean stopping;
    private final Object childLock = new Object();
    private @Nullable ChildProcess child;

    ProcessReplica(
            ReplicaSpec spec,
            LaunchPlanner planner,
            HealthProbe probe,
            Path folder,
            Map<String, String> environment,
            String secret,
            Runnable onChange,
            Consumer<ProcessReplica> onEnd) {
        this.spec = spec;
        this.planner = planner;
        this.probe = probe;
        this.folder = folder;
        this.environment = environment;
        this.secret = secret;
        this.onChange = onChange;
        this.onEnd = onEnd;
        this.log = new LogTail(secret);
    }

    void begin() {
        Thread.ofVirtual().name("replica-" + spec.replicaId()).start(this::live);
    }

    @Override
    public String id() {
        return spec.replicaId();
    }

    @Override
    public ReplicaStatus status() {
        return status;
    }

    @Override
    public List<String> logTail(int limit) {
        return log.last(limit);
    }

    @Override
    public void stop() {
        stopping = true;
        ChildProcess running;
        synchronized (childLock) {
            running = child;
        }
        if (running != null) {
            running.stop();
        }
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void live() {
        try {
            Launch launch = planner.plan(spec);
            Files.createDirectories(folder);
            for (int attempt = 1; attempt <= PORT_ATTEMPTS && !stopping; attempt++) {
                if (!runOnce(launch, attempt == PORT_ATTEMPTS)) {
                    return;
                }
            }
        } catch (IllegalArgumentException e) {
            become(new ReplicaStatus.Failed(String.valueOf(e.getMessage()), false));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("replica", id()).setCause(e).log("a model server could not be started");
            become(new ReplicaStatus.Failed("the model server could not be started: " + e.getMessage(), true));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            become(new ReplicaStatus.Failed("starting the model server was interrupted", true));
        } finally {
            removeFolder();
            onEnd.accept(this);
            ended.countDown();
        }
    }

    /** Starts the child and stays until it has ended. Returns whether another attempt with another port may help. */
    private boolean runOnce(Launch launch, boolean last) throws IOException, InterruptedException {
        int port = freePort();
        URI base = URI.create("http://127.0.0.1:" + port);
        ChildProcess running = launch(launch, port);
        Thread reader = Thread.ofVirtual().name("log-" + id()).start(() -> drain(running));
        try {
            boolean wasReady = awaitReady(launch, running, base);
            int exitCode = running.process().waitFor();
            reader.join();
            if (stopping) {
                become(new ReplicaStatus.Failed("the model server was stopped", true));
                return false;
            }
            if (!wasReady && !last && lostItsPort()) {
                return true;
            }
            if (!(status instanceof ReplicaStatus.Failed)) {
                become(failure(launch, exitCode));
            }
            return false;
        } finally {
            running.stop();
        }
    }

    private ChildProcess launch(Launch launch, int port) throws IOException {
        List<String> command = new ArrayList<>(launch.command());
        command.addAll(launch.recipe().addressArguments(port));
        synchronized (childLock) {
            if (stopping) {
                throw new IOException("it was stopped before it began");
            }
            ChildProcess started;
            if (launch.embedded()) {
                started = ChildProcess.embedded(command, folder, environment, secret);
            } else {
                String variable = launch.recipe().secretVariable();
                started = ChildProcess.guarded(
                        command, folder, environment, variable == null ? Map.of() : Map.of(variable, secret));
            }
            child = started;
            return started;
        }
    }

    /** Returns whether it became ready; if not, it has ended or was ended. */
    private boolean awaitReady(Launch launch, ChildProcess running, URI base) throws InterruptedException {
        while (running.isAlive() && !stopping) {
            switch (probe.look(launch.recipe(), base, secret)) {
                case NOT_LISTENING -> {
                    // It is what was said at the beginning: starting.
                }
                case LOADING -> become(new ReplicaStatus.Starting("model_load", "loading the model " + spec.modelName()));
                case READY -> {
                    boolean asksForSecret = launch.recipe().protectedPath() != null;
                    become(new ReplicaStatus.Ready(
                            new ReplicaTarget(id(), base, spec.modelName(), asksForSecret ? secret : null)));
                    return true;
                }
                case UNPROTECTED -> {
                    become(new ReplicaStatus.Failed(
                            launch.program() + " answers callers that do not show its secret, so it is not used;"
                                    + " remove options from config.command that set or switch off its API key",
                            false));
                    running.stop();
                    return false;
                }
            }
            if (running.process().waitFor(LOOK_AGAIN)) {
                return false;
            }
        }
        return false;
    }

    private boolean lostItsPort() {
        return log.telling()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.contains("address already in use") || line.contains("couldn't bind"))
                .isPresent();
    }

    private ReplicaStatus.Failed failure(Launch launch, int exitCode) {
        Optional<String> why = log.telling();
        String how = exitCode > ENDED_BY_SIGNAL
                ? "was ended by signal " + (exitCode - ENDED_BY_SIGNAL)
                : "ended with exit code " + exitCode;
        boolean hopeless = launch.embedded() && exitCode == WRONG_COMMAND_LINE;
        return new ReplicaStatus.Failed(
                launch.program() + " " + how + why.map(line -> ": " + line).orElse(", and printed nothing"), !hopeless);
    }

    private void drain(ChildProcess running) {
        try {
            log.drain(running.process().getInputStream(), line -> LOG.atDebug()
                    .addKeyValue("replica", id())
                    .addKeyValue("line", line)
                    .log("model server"));
        } catch (IOException e) {
            // The pipe is closed when the child is killed; its exit is told elsewhere.
            LOG.atTrace().addKeyValue("replica", id()).setCause(e).log("output ended");
        }
    }

    private void become(ReplicaStatus next) {
        if (!next.equals(status)) {
            status = next;
            onChange.run();
        }
    }

    private void removeFolder() {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("replica", id()).setCause(e).log("a working folder could not be removed");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
