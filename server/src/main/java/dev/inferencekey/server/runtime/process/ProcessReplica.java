package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.CounterReading;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.runtime.isolation.EnginePlace;
import dev.inferencekey.server.runtime.isolation.EngineSandbox;
import dev.inferencekey.server.runtime.isolation.IsolationUnavailableException;
import dev.inferencekey.server.runtime.probe.CounterProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model server as a child process, from start to end, led by one virtual thread. Thread-safe: status and process are guarded by
 * the lock of this object, which is never held while {@code onChange} runs or anything is waited for.
 */
final class ProcessReplica implements Replica {
    static final String LAST_FAILED_LOG = "last-failed.log";

    private static final Logger LOG = LoggerFactory.getLogger(ProcessReplica.class);
    private static final int PORT_ATTEMPTS = 5;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration FIRST_LOOK = Duration.ofMillis(250);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);
    private static final Duration OUTPUT_PATIENCE = Duration.ofSeconds(1);

    /** So many looks in a row must find the same thing wrong, since a foreign program on a lost port looks alike at first. */
    private static final int SURE = 10;

    private static final Pattern PORT_TAKEN = Pattern.compile(
            "address already in use|couldn't bind|could not bind|failed to bind|cannot listen on|errno 98",
            Pattern.CASE_INSENSITIVE);

    /** What engines say about a command line that they will never take; "Invalid argument" alone is what the system says of many things. */
    private static final Pattern WRONG_COMMAND = Pattern.compile(
            "invalid argument: ['\"`]?-|unknown argument|unrecognized arguments|unknown option|unrecognized option",
            Pattern.CASE_INSENSITIVE);

    private static final int EMBEDDED_USAGE_EXIT = 2;
    private static final int KILLED = 128 + 9;

    private final ReplicaSpec spec;
    private final ProcessDriverConfig config;
    private final LaunchPlanner planner;
    private final EngineSandbox sandbox;
    private final HttpClient http;
    private final String secret;
    private final Path folder;
    private final EngineLog log;
    private final Runnable onChange;
    private final Consumer<ProcessReplica> onStopped;
    private final CountDownLatch stopAsked = new CountDownLatch(1);
    private final Thread lead;
    /** Of the leading thread alone. */
    private @Nullable MemoryLimit memory;

    /** The port that its program was told, 0 before; a program that has ended listens nowhere, which does not matter here. */
    private volatile int listensOn;

    private ReplicaStatus status = new ReplicaStatus.Starting("process_start", "starting");
    private @Nullable EngineProcess process;

    ProcessReplica(
            ReplicaSpec spec,
            ProcessDriverConfig config,
            LaunchPlanner planner,
            EngineSandbox sandbox,
            HttpClient http,
            String secret,
            Runnable onChange,
            Consumer<ProcessReplica> onStopped) {
        this.spec = spec;
        this.config = config;
        this.planner = planner;
        this.sandbox = sandbox;
        this.http = http;
        this.secret = secret;
        this.folder = config.engineFolder().resolve(spec.replicaId());
        this.log = new EngineLog(folder, secrets());
        this.onChange = onChange;
        this.onStopped = onStopped;
        this.lead = Thread.ofVirtual().name("engine-" + spec.replicaId()).unstarted(this::lead);
    }

    /** What the engine knows and nobody else is shown. */
    private List<String> secrets() {
        List<String> all = new ArrayList<>(List.of(secret));
        spec.secretEnvironment().values().forEach(bound -> {
            String value = bound.valueForEngines();
            if (value != null) {
                all.add(value);
            }
        });
        return all;
    }

    void begin() {
        lead.start();
    }

    private void lead() {
        try {
            Launch launch = awaitPlan();
            if (launch == null) {
                return;
            }
            memory = MemoryLimit.of(spec);
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            for (int attempt = 1; attempt <= PORT_ATTEMPTS && stopAsked.getCount() > 0; attempt++) {
                if (runOnce(launch, attempt == PORT_ATTEMPTS)) {
                    return;
                }
            }
        } catch (LaunchRefusedException | IsolationUnavailableException e) {
            become(new ReplicaStatus.Failed(String.valueOf(e.getMessage()), false));
        } catch (IOException e) {
            become(new ReplicaStatus.Failed("the model server can't be started: " + e.getMessage(), true));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks again as long as something is missing on this machine: whoever puts it there need not declare anything anew. Null if stopped. */
    private @Nullable Launch awaitPlan() throws LaunchRefusedException, InterruptedException {
        Duration pause = FIRST_LOOK;
        while (true) {
            try {
                return planner.plan(spec);
            } catch (LaunchRefusedException e) {
                if (!e.mayCome()) {
                    throw e;
                }
                become(new ReplicaStatus.Unable(String.valueOf(e.getMessage())));
            }
            if (stopAsked.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                return null;
            }
            pause = pause.compareTo(LONGEST_LOOK) < 0 ? pause.multipliedBy(2) : LONGEST_LOOK;
        }
    }

    /** Runs the program until it ends. False if it ended because its port was taken meanwhile, and another one may do. */
    private boolean runOnce(Launch launch, boolean last)
            throws IOException, InterruptedException, IsolationUnavailableException {
        int port = freePort();
        listensOn = port;
        become(new ReplicaStatus.Starting("process_start", "starting " + launch.program()));
        EngineProcess running = open(launch, port);
        Thread drain = Thread.ofPlatform()
                .name("engine-log-" + spec.replicaId())
                .daemon()
                .start(() -> log.drain(running.output()));
        boolean wasReady = false;
        try {
            if (memory != null) {
                memory.watch(running, id());
            }
            ReadinessProbe probe = new ReadinessProbe(http, launch, port, secret);
            become(new ReplicaStatus.Starting("model_load", launch.program() + " is loading " + spec.modelName()));
            ReplicaStatus outcome = awaitReady(launch, probe, running);
            if (outcome != null) {
                become(outcome);
                wasReady = outcome instanceof ReplicaStatus.Ready;
            }
            if (outcome instanceof ReplicaStatus.Failed) {
                return true;
            }
            int exit = running.onExit().join();
            drain.join(OUTPUT_PATIENCE.toMillis());
            if (!wasReady && !last && log.anyLine(PORT_TAKEN)) {
                log.append("port " + port + " was taken meanwhile; trying another one");
                return false;
            }
            become(ended(launch, exit, wasReady));
            return true;
        } finally {
            running.end(config.stopGrace());
            drain.join(OUTPUT_PATIENCE.toMillis());
        }
    }

    private EngineProcess open(Launch launch, int port) throws IOException, IsolationUnavailableException {
        String project = spec.workload().split("/", 2)[0];
        List<String> command = new ArrayList<>(launch.commandAt(port));
        Set<Path> readable = new LinkedHashSet<>(config.models().places());
        readable.addAll(config.vllmEnvironments().values());
        EmbeddedEngine embedded = config.embeddedEngine();
        if (launch.protection() == Protection.STANDARD_INPUT && embedded != null) {
            List<String> own = embedded.launchCommandIn(sandbox.home(project));
            command.subList(0, own.size()).clear();
            command.addAll(0, own);
            readable.addAll(embedded.files());
        }
        EnginePlace place =
                sandbox.prepare(project, folder, command, readable, ChildEnvironment.folders(config.environment()));
        Map<String, String> environment = ChildEnvironment.of(config.environment(), place);
        spec.secretEnvironment().forEach((name, bound) -> {
            String value = bound.valueForEngines();
            if (value != null) {
                environment.put(name, value);
            }
        });
        environment.putAll(launch.environmentAt(port, place.home()));
        if (launch.protection().variable() != null) {
            environment.put(launch.protection().variable(), secret);
        }
        String firstLine = launch.protection() == Protection.STANDARD_INPUT ? "{\"api_key\":\"" + secret + "\"}" : null;
        synchronized (this) {
            if (stopAsked.getCount() == 0) {
                throw new IOException("stopped");
            }
            EngineProcess started = EngineProcess.start(place.command(), environment, folder, place.work(), firstLine);
            process = started;
            Leftovers.note(folder, started.pid());
            return started;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Ready, failed for good, or null if the process has ended or is to end. */
    private @Nullable ReplicaStatus awaitReady(Launch launch, ReadinessProbe probe, EngineProcess running)
            throws InterruptedException {
        long deadline = System.nanoTime() + config.startTimeout().toNanos();
        int unprotected = 0;
        int otherSecret = 0;
        while (running.isAlive()) {
            ReadinessProbe.Finding finding = probe.look();
            unprotected = finding == ReadinessProbe.Finding.UNPROTECTED ? unprotected + 1 : 0;
            otherSecret = finding == ReadinessProbe.Finding.OTHER_SECRET ? otherSecret + 1 : 0;
            if (finding == ReadinessProbe.Finding.READY && running.isAlive()) {
                return ready(launch, probe);
            }
            if (unprotected == SURE) {
                return new ReplicaStatus.Failed(
                        launch.program() + " answers without the replica's secret, so it was not put into service",
                        false);
            }
            if (otherSecret == SURE) {
                return new ReplicaStatus.Failed(
                        launch.program() + " does not take the replica's secret, so it was not put into service",
                        false);
            }
            if (System.nanoTime() - deadline > 0) {
                return new ReplicaStatus.Failed(
                        launch.program() + " was not ready after "
                                + config.startTimeout().toSeconds() + " s",
                        true);
            }
            if (stopAsked.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                return null;
            }
        }
        return null;
    }

    private ReplicaStatus ready(Launch launch, ReadinessProbe probe) throws InterruptedException {
        if (launch.pullModel() != null) {
            become(new ReplicaStatus.Starting("model_pull", launch.program() + " is fetching " + launch.pullModel()));
            // What is here serves whether or not there is a way to where it came from.
            String problem = probe.hasModel(launch.pullModel()) ? null : pull(launch.pullModel(), probe);
            if (problem != null) {
                return new ReplicaStatus.Failed(
                        launch.program() + " can't fetch " + launch.pullModel() + ": " + problem, true);
            }
        }
        return new ReplicaStatus.Ready(new ReplicaTarget(
                spec.replicaId(),
                probe.base(),
                launch.modelName(),
                launch.protection() == Protection.NONE ? null : secret));
    }

    /** Lets a stop break it off: fetching may take an hour. */
    private @Nullable String pull(String model, ReadinessProbe probe) throws InterruptedException {
        CompletableFuture<String> pulled = new CompletableFuture<>();
        Thread puller = Thread.ofVirtual()
                .name("engine-pull-" + spec.replicaId())
                .start(() -> {
                    try {
                        String problem = probe.pull(model, config.startTimeout());
                        pulled.complete(problem == null ? "" : problem);
                    } catch (InterruptedException e) {
                        pulled.complete("it was stopped");
                    }
                });
        while (!pulled.isDone()) {
            if (stopAsked.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                puller.interrupt();
                break;
            }
        }
        String problem = pulled.join();
        return problem.isEmpty() ? null : log.safe(problem);
    }

    private ReplicaStatus.Failed ended(Launch launch, int exit, boolean wasReady) {
        String tooMuch = memory == null ? null : memory.reason();
        if (tooMuch != null) {
            // What does not fit while it loads never will.
            return new ReplicaStatus.Failed(launch.program() + " " + tooMuch, wasReady);
        }
        String how = exit > 128 ? "was ended by signal " + signal(exit - 128) : "ended with exit code " + exit;
        // Whoever is killed says nothing about it: the last complaint is about something else.
        String line = exit == KILLED ? null : log.telling();
        boolean hopeless = !wasReady
                && (log.anyLine(WRONG_COMMAND)
                        || (launch.protection() == Protection.STANDARD_INPUT && exit == EMBEDDED_USAGE_EXIT));
        return new ReplicaStatus.Failed(launch.program() + " " + how + (line == null ? "" : ": " + line), !hopeless);
    }

    private static String signal(int number) {
        return switch (number) {
            case 2 -> "INT";
            case 4 -> "ILL";
            case 6 -> "ABRT";
            case 7 -> "BUS";
            case 8 -> "FPE";
            case 9 -> "KILL (often: out of memory)";
            case 11 -> "SEGV";
            case 15 -> "TERM";
            default -> Integer.toString(number);
        };
    }

    /** Nothing changes once a stop was asked for, and nothing follows a failure. */
    private void become(ReplicaStatus next) {
        synchronized (this) {
            if (stopAsked.getCount() == 0 || status instanceof ReplicaStatus.Failed || next.equals(status)) {
                return;
            }
            status = next;
        }
        onChange.run();
    }

    boolean listensOn(int port) {
        return listensOn == port;
    }

    @Override
    public String id() {
        return spec.replicaId();
    }

    @Override
    public synchronized ReplicaStatus status() {
        return status;
    }

    @Override
    public CounterReading counters() {
        return status() instanceof ReplicaStatus.Ready ready
                ? CounterProbe.read(
                        http, ready.target().baseUrl(), ready.target().bearerSecret())
                : new CounterReading.Nothing("The model server is not ready.", false);
    }

    @Override
    public List<String> logTail(int limit) {
        return log.tail(limit);
    }

    @Override
    public void kill() {
        stop(Duration.ZERO);
    }

    @Override
    public void stop() {
        stop(config.stopGrace());
    }

    private void stop(Duration grace) {
        EngineProcess running;
        boolean failed;
        synchronized (this) {
            stopAsked.countDown();
            running = process;
            failed = status instanceof ReplicaStatus.Failed;
        }
        if (running != null) {
            running.end(grace);
        }
        try {
            lead.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        log.close();
        if (failed) {
            keepLog();
        }
        if (Files.isDirectory(folder)) {
            Leftovers.remove(folder);
        }
        onStopped.accept(this);
    }

    /** Of the last replica that failed, for whoever looks into it later. */
    private void keepLog() {
        try {
            if (Files.isRegularFile(log.file())) {
                Files.copy(
                        log.file(),
                        config.engineFolder().resolve(LAST_FAILED_LOG),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            LOG.warn("log of a failed replica can't be kept replica={}", id(), e);
        }
    }
}
