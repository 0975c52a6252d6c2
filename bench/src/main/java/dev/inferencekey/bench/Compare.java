package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Direct;
import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.contender.Nginx;
import dev.inferencekey.bench.contender.Provisioning;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.contender.Us;
import dev.inferencekey.bench.figure.Measurement;
import dev.inferencekey.bench.figure.SingleAnswers;
import dev.inferencekey.bench.load.Wrk;
import dev.inferencekey.bench.machine.Cores;
import dev.inferencekey.bench.machine.ModelProcess;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts us beside others in one run; {@code ./bench/compare} starts it. */
public final class Compare {
    private static final int KEYS = 10;
    private static final int CONNECTIONS = 64;

    private final Options options;
    private final Path work;
    private final Cores cores = Cores.choose();
    private final Scoreboard board = new Scoreboard();

    private Compare(Options options, Path work) {
        this.options = options;
        this.work = work;
    }

    public static void main(String[] arguments) throws IOException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("compare: " + e.getMessage());
            System.err.print(Options.USAGE);
            System.exit(2);
            return;
        }
        Path work = Files.createTempDirectory("inferencekey-bench-");
        try {
            new Compare(options, work).run();
        } finally {
            Folders.delete(work);
        }
    }

    private void run() {
        cores.moveHere();
        try (ModelProcess model = ModelProcess.start(cores, work)) {
            Path repository = Path.of(System.getProperty("bench.repository", "."));
            Path data = work.resolve("data");
            say("provisioning");
            List<String> keys =
                    Provisioning.run(new Bench(repository, work, cores, model.port(), List.of()), data, KEYS);
            Bench bench = new Bench(repository, work, cores, model.port(), keys);
            rounds(bench, contenders(data));
            report();
        }
    }

    private List<Contender> contenders(Path data) {
        List<Contender> all = List.of(
                new Direct(),
                new Nginx(),
                new Us(Us.NAME, "ik server with everything on", data, List.of(), Optional.empty()));
        List<Contender> present = new ArrayList<>();
        for (Contender contender : all) {
            if (options.includes(contender.name())) {
                Optional<String> missing = contender.missing();
                if (missing.isPresent()) {
                    say("left out: " + contender.name() + ": " + missing.get());
                } else {
                    present.add(contender);
                }
            }
        }
        return present;
    }

    private void rounds(Bench bench, List<Contender> contenders) {
        SingleAnswers single = new SingleAnswers(new Wrk(work, CONNECTIONS), bench.keys(), options.window());
        List<Measurement> measurements = List.of(single);
        try (Lineup lineup = Lineup.start(contenders, bench)) {
            for (Running running : lineup.inOrderOf(0)) {
                Duration taken = single.warmUp(running, Duration.ofSeconds(45));
                say(running.name() + " is warm after " + taken.toSeconds() + " s");
            }
            for (int round = 0; round <= options.rounds(); round++) {
                // The first round warms up and is thrown away.
                Scoreboard target = round == 0 ? new Scoreboard() : board;
                for (Measurement measurement : measurements) {
                    for (Running running : lineup.inOrderOf(round)) {
                        measurement.measure(running, round, target);
                    }
                }
                say("round " + round + " of " + options.rounds() + " done");
            }
        }
    }

    private void report() {
        for (String name : board.contenders(Figure.REQUESTS_PER_SECOND)) {
            System.out.printf(
                    "%-12s %9.0f requests/s   %s%n",
                    name,
                    board.statistics(Figure.REQUESTS_PER_SECOND, name)
                            .orElseThrow()
                            .median(),
                    board.statistics(Figure.CPU_PER_REQUEST, name)
                            .map(cpu -> "%.3f CPU s/10k, %.2f x nginx"
                                    .formatted(
                                            cpu.median(),
                                            board.ratio(Figure.CPU_PER_REQUEST, name, Nginx.NAME)
                                                    .orElseThrow()
                                                    .median()))
                            .orElse(""));
        }
    }

    private static void say(String text) {
        System.err.println("bench: " + text);
    }
}
