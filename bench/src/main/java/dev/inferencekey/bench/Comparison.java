package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.contender.KeyFlood;
import dev.inferencekey.bench.contender.Provisioning;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.contender.Us;
import dev.inferencekey.bench.figure.Calm;
import dev.inferencekey.bench.figure.IdleStreams;
import dev.inferencekey.bench.figure.ManyKeys;
import dev.inferencekey.bench.figure.Measurement;
import dev.inferencekey.bench.figure.OpenLoopLatency;
import dev.inferencekey.bench.figure.SingleAnswers;
import dev.inferencekey.bench.figure.StartTime;
import dev.inferencekey.bench.figure.StreamChunks;
import dev.inferencekey.bench.figure.TimeToFirstChunk;
import dev.inferencekey.bench.load.LoadFailedException;
import dev.inferencekey.bench.load.LoadLoop;
import dev.inferencekey.bench.load.OpenLoop;
import dev.inferencekey.bench.load.Wrk;
import dev.inferencekey.bench.machine.Cores;
import dev.inferencekey.bench.machine.FileLimit;
import dev.inferencekey.bench.machine.MachineFacts;
import dev.inferencekey.bench.machine.ModelProcess;
import dev.inferencekey.bench.report.Facts;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** One run: everything is started, measured in turn round by round, and ended. For one thread. */
final class Comparison {
    private static final int KEYS = 10;
    private static final int CONNECTIONS = 64;
    private static final int IDLE_STREAMS = 10_000;
    private static final int QUICK_IDLE_STREAMS = 2_000;
    private static final int MANY_KEYS = 1_000_000;
    private static final int KEYS_IN_TURN = 5_000;
    private static final int STARTS = 7;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    /** Of what compiles itself while it runs. */
    private static final Duration LONG_WARM_UP = Duration.ofSeconds(60);

    private final Options options;
    private final Path repository;
    private final Path portkey;
    private final Path work;
    private final Progress progress;
    private final Scoreboard board = new Scoreboard();
    private final List<String> leftOut = new ArrayList<>();
    private final List<Double> loadAverages = new ArrayList<>();
    private final Cores cores = Cores.choose();

    /**
     * @param repository with {@code ./ik}
     * @param portkey where npm put Portkey's gateway
     * @param work an empty folder
     */
    Comparison(Options options, Path repository, Path portkey, Path work, Progress progress) {
        this.options = options;
        this.repository = repository;
        this.portkey = portkey;
        this.work = work;
        this.progress = progress;
    }

    Scoreboard board() {
        return board;
    }

    /** Measures all that was asked for. */
    Facts run() {
        cores.moveHere();
        Instant at = Instant.now();
        try (ModelProcess model = ModelProcess.start(cores, work);
                LoadLoop load = new LoadLoop()) {
            Path data = work.resolve("data");
            progress.say("provisioning our server over its control plane");
            // A newer server reads what an older one has stored, not the other way round.
            Path provisioning = options.before() == null ? repository : options.before();
            List<String> keys = Provisioning.run(provisioning, bench(model, List.of()), data, KEYS);
            Bench bench = bench(model, keys);
            Entrants entrants = Entrants.choose(options, repository, data, portkey);
            leftOut.addAll(entrants.leftOut());
            entrants.leftOut().forEach(each -> progress.say("left out: " + each));
            int idle = Math.min(options.quick() ? QUICK_IDLE_STREAMS : IDLE_STREAMS, FileLimit.callers());
            inRounds(bench, entrants.present(), load);
            freshlyStarted(bench, entrants.present(), load, idle);
            manyKeys(bench, data);
            return facts(at, entrants, idle);
        }
    }

    private Bench bench(ModelProcess model, List<String> keys) {
        return new Bench(work, cores, model.port(), keys);
    }

    private void inRounds(Bench bench, List<Contender> contenders, LoadLoop load) {
        SingleAnswers single = new SingleAnswers(new Wrk(work, CONNECTIONS), bench.keys(), options.window());
        List<Measurement> measurements = Stream.of(
                        single,
                        new OpenLoopLatency(new OpenLoop(load, CONNECTIONS), options.window()),
                        new StreamChunks(load, options.window()),
                        new TimeToFirstChunk(load, options.window()))
                .filter(measurement -> options.measures(measurement.name()))
                .toList();
        if (measurements.isEmpty()) {
            return;
        }
        try (Lineup lineup = Lineup.start(contenders, bench)) {
            for (Running running : lineup.inOrderOf(0)) {
                single.warmUp(running, lineup.warmsUp(running) ? LONG_WARM_UP : WARM_UP);
                progress.say(running.name() + " is warm");
            }
            for (int round = 0; round <= options.rounds(); round++) {
                // The first one warms up what the load before did not, and is thrown away.
                Scoreboard target = round == 0 ? new Scoreboard() : board;
                for (Measurement measurement : measurements) {
                    for (Running running : lineup.inOrderOf(round)) {
                        measure(measurement, running, round, target);
                    }
                }
                loadAverages.add(MachineFacts.loadAverage());
                progress.say("round " + round + " of " + options.rounds() + " done");
            }
        }
    }

    private void measure(Measurement measurement, Running running, int round, Scoreboard target) {
        var _ = orLeaveOut(measurement.name() + " of " + running.name() + " in round " + round, () -> {
            measurement.measure(running, round, target);
        });
        running.requireAlive();
        Calm.await(running);
    }

    /** False for a load that failed: a machine that is too busy, or a contender that can't take it, must not spoil the others. */
    private boolean orLeaveOut(String what, Runnable measurement) {
        try {
            measurement.run();
            return true;
        } catch (LoadFailedException e) {
            leftOut.add(what + ": " + e.getMessage());
            progress.say("left out: " + what + ": " + e.getMessage());
            return false;
        }
    }

    private void freshlyStarted(Bench bench, List<Contender> contenders, LoadLoop load, int idle) {
        if (options.measures("start")) {
            StartTime start = new StartTime();
            for (int round = 1; round <= (options.quick() ? 3 : STARTS); round++) {
                for (Contender contender : contenders) {
                    int now = round;
                    var _ = orLeaveOut(
                            "start of " + contender.name(), () -> start.measure(contender, bench, now, board));
                }
            }
            progress.say("starts done");
        }
        if (options.measures("idle")) {
            IdleStreams streams = new IdleStreams(load, idle);
            // Who could not take them once is not asked again: it costs a minute each time.
            Set<String> unable = new HashSet<>();
            for (int round = 1; round <= (options.quick() ? 1 : 3); round++) {
                for (Contender contender : contenders) {
                    int now = round;
                    if (!unable.contains(contender.name())
                            && !orLeaveOut("idle of " + contender.name(), () -> {
                                streams.measure(contender, bench, now, board);
                            })) {
                        unable.add(contender.name());
                    }
                }
            }
            if (idle < IDLE_STREAMS) {
                leftOut.add("only " + idle + " idle streams instead of " + IDLE_STREAMS
                        + (options.quick() ? " (quick)" : ": a process here may have " + FileLimit.here() + " files"));
            }
            progress.say(idle + " idle streams done");
        }
    }

    private void manyKeys(Bench bench, Path data) {
        if (!options.measures("keys") || !options.includes(Us.NAME)) {
            return;
        }
        if (options.quick() && options.figures().isEmpty()) {
            leftOut.add("a million keys (quick)");
            return;
        }
        Path flooded = work.resolve("data-many-keys");
        Folders.copy(data, flooded);
        progress.say("storing " + MANY_KEYS + " keys");
        List<String> many = KeyFlood.pour(flooded, MANY_KEYS, KEYS_IN_TURN, new SecureRandom());
        progress.say("stored; measuring");
        new ManyKeys(new Wrk(work, CONNECTIONS), options.window())
                .measure(
                        Us.NAME,
                        List.of(
                                new ManyKeys.Side(Entrants.us(repository, data), bench, Figure.CPU_FEW_KEYS),
                                new ManyKeys.Side(
                                        new Us(repository, "us-many-keys", "the same", flooded, List.of(), ""),
                                        new Bench(work, cores, bench.modelPort(), many),
                                        Figure.CPU_MANY_KEYS)),
                        options.rounds(),
                        board);
    }

    private Facts facts(Instant at, Entrants entrants, int idle) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("rounds", Integer.toString(options.rounds()));
        settings.put("seconds of each window", Long.toString(options.window().toSeconds()));
        settings.put("cores", "load and model server on one, the program that is measured on another");
        settings.put("single answers", "1,024 bytes in, 1,536 bytes out, " + CONNECTIONS + " kept connections");
        settings.put("idle streams", Integer.toString(idle));
        return new Facts(
                at,
                MachineFacts.read(),
                settings,
                entrants.present().stream()
                        .map(each -> new Facts.Entry(each.name(), each.version(), each.description()))
                        .toList(),
                List.copyOf(leftOut),
                List.copyOf(loadAverages));
    }
}
