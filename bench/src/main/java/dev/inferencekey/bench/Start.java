package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.contender.Provisioning;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.contender.Us;
import dev.inferencekey.bench.figure.StartTime;
import dev.inferencekey.bench.figure.WarmUp;
import dev.inferencekey.bench.load.Wrk;
import dev.inferencekey.bench.machine.Cores;
import dev.inferencekey.bench.machine.MachineFacts;
import dev.inferencekey.bench.machine.ModelProcess;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import dev.inferencekey.bench.report.Statistics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * An unpacked archive beside the launcher of this checkout, in turn: how long from the start of the process to the first answer, and what
 * a request costs in the first ten seconds of load and after a minute. {@code ./bench/start} starts it.
 */
public final class Start {
    private static final int KEYS = 10;
    private static final int CONNECTIONS = 64;
    private static final String CHECKOUT = "checkout";
    private static final String ARCHIVE = "archive";

    private final Map<String, Us> sides = new LinkedHashMap<>();
    private final Scoreboard starts = new Scoreboard();
    private final Map<String, List<WarmUp.Curve>> curves = new LinkedHashMap<>();

    private Start() {}

    /** @param arguments the folder of the archive, how many starts, and how many times a minute of load */
    public static void main(String[] arguments) {
        Path repository = Path.of(System.getProperty("bench.repository", "."));
        Path work = Folders.temporary();
        try {
            new Start()
                    .run(
                            repository,
                            Path.of(arguments[0]).resolve("bin"),
                            work,
                            Integer.parseInt(arguments[1]),
                            Integer.parseInt(arguments[2]));
        } finally {
            Folders.delete(work);
        }
    }

    private void run(Path repository, Path archive, Path work, int rounds, int minutes) {
        Progress progress = Progress.onStandardError();
        Cores cores = Cores.choose();
        cores.moveHere();
        try (ModelProcess model = ModelProcess.start(cores, work)) {
            Path data = work.resolve("data");
            List<String> keys =
                    Provisioning.run(repository, new Bench(work, cores, model.port(), List.of()), data, KEYS);
            Bench bench = new Bench(work, cores, model.port(), keys);
            enter(CHECKOUT, repository, data, work);
            enter(ARCHIVE, archive, data, work);
            StartTime start = new StartTime();
            // The first start of a checkout makes its class archive, at its end; it does not count.
            for (int round = 0; round <= rounds; round++) {
                for (Us side : inOrderOf(round)) {
                    start.measure(side, bench, round, round == 0 ? new Scoreboard() : starts);
                }
            }
            progress.say("starts done");
            WarmUp warmUp = new WarmUp(new Wrk(work, CONNECTIONS), keys);
            for (int round = 0; round < minutes; round++) {
                for (Us side : inOrderOf(round)) {
                    try (Running running = side.start(bench)) {
                        StartTime.awaitServed(running);
                        curves.computeIfAbsent(side.name(), _ -> new ArrayList<>())
                                .add(warmUp.measure(running));
                    }
                }
                progress.say("minute of load " + (round + 1) + " of " + minutes + " done");
            }
        }
        print();
    }

    private void enter(String name, Path program, Path data, Path work) {
        Path own = work.resolve("data-" + name);
        Folders.copy(data, own);
        sides.put(name, new Us(program, name, name, own, List.of(), ""));
    }

    private List<Us> inOrderOf(int round) {
        List<Us> order = new ArrayList<>(sides.values());
        return round % 2 == 0 ? order : order.reversed();
    }

    private void print() {
        System.out.printf(Locale.ROOT, "%-44s %22s %22s   %s%n", "", CHECKOUT, ARCHIVE, "archive / checkout");
        line("start to first answer, s", starts(CHECKOUT), starts(ARCHIVE));
        for (int i = 0; i < WarmUp.WINDOWS; i++) {
            int window = i;
            long begin = WarmUp.WINDOW.multipliedBy(i).toSeconds();
            curveLine(
                    "CPU s / 10,000 requests, second %d to %d".formatted(begin, begin + WarmUp.WINDOW.toSeconds()),
                    curve -> curve.first().get(window));
        }
        curveLine("CPU s / 10,000 requests, after a minute", WarmUp.Curve::warm);
        curveLine(
                "second 8 to 10, times its own after a minute",
                curve -> curve.first().getLast() / curve.warm());
        long failed = curves.values().stream()
                .flatMap(List::stream)
                .mapToLong(WarmUp.Curve::failed)
                .sum();
        System.out.printf(
                Locale.ROOT,
                "median (lowest to highest); %d failed requests; load average %.1f%n",
                failed,
                MachineFacts.loadAverage());
    }

    private List<Double> starts(String side) {
        return List.copyOf(starts.of(Figure.START, side).values());
    }

    private void curveLine(String what, ToDoubleFunction<WarmUp.Curve> figure) {
        if (curves.isEmpty()) {
            return;
        }
        line(what, values(CHECKOUT, figure), values(ARCHIVE, figure));
    }

    private List<Double> values(String side, ToDoubleFunction<WarmUp.Curve> figure) {
        return curves.getOrDefault(side, List.of()).stream()
                .map(figure::applyAsDouble)
                .toList();
    }

    /** Ratios are taken within a round: a machine that is busy for a while slows both sides. */
    private static void line(String what, List<Double> checkout, List<Double> archive) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < checkout.size(); i++) {
            ratios.add(archive.get(i) / checkout.get(i));
        }
        System.out.printf(Locale.ROOT, "%-44s %22s %22s   %s%n", what, text(checkout), text(archive), text(ratios));
    }

    private static String text(List<Double> values) {
        Statistics seen = Statistics.of(values);
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", seen.median(), seen.lowest(), seen.highest());
    }
}
