package dev.inferencekey.bench.client;

import dev.inferencekey.bench.machine.Child;
import dev.inferencekey.bench.machine.Cores;
import dev.inferencekey.bench.machine.MachineFacts;
import dev.inferencekey.bench.report.Statistics;
import dev.inferencekey.bench.report.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What a call and a chunk cost our client and OpenAI's, as a table. {@code ./bench/client} starts it.
 *
 * <p>Each round measures both clients one after the other, each in a new JVM, so that they meet the same machine; ratios are taken within a round.
 * Methods are compiled before they go on ({@code -Xbatch}), so that a busy machine does not decide how much of a client is compiled.
 */
public final class ClientCost {
    private static final String QUICK = "--quick";
    private static final int ROUNDS = 5;
    private static final int QUICK_ROUNDS = 3;

    /** A row of the table. */
    private enum Cost {
        CALLS("calls per second of CPU time", "call", CpuProfiler.CPU_TIME, true),
        CALL_BYTES("bytes allocated per call", "call", "gc.alloc.rate.norm", false),
        CHUNKS("stream chunks per second of CPU time", "chunk", CpuProfiler.CPU_TIME, true),
        CHUNK_BYTES("bytes allocated per stream chunk", "chunk", "gc.alloc.rate.norm", false);

        private final String title;
        private final String benchmark;
        private final String figure;
        private final boolean nanoseconds;

        Cost(String title, String benchmark, String figure, boolean nanoseconds) {
            this.title = title;
            this.benchmark = benchmark;
            this.figure = figure;
            this.nanoseconds = nanoseconds;
        }

        double read(RunResult result) {
            double score = Objects.requireNonNull(result.getSecondaryResults().get(figure), figure)
                    .getScore();
            return nanoseconds ? 1e9 / score : score;
        }
    }

    /** What one round says. */
    private record Round(double ours, double theirs) {}

    private final Map<Cost, List<Round>> rounds = new EnumMap<>(Cost.class);

    private ClientCost() {}

    /** @param arguments options of JMH, and {@code --quick} */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException, IOException {
        boolean quick = Arrays.asList(arguments).contains(QUICK);
        CommandLineOptions given = new CommandLineOptions(Arrays.stream(arguments)
                .filter(argument -> !argument.equals(QUICK))
                .toArray(String[]::new));
        ClientCost cost = new ClientCost();
        double load = MachineFacts.loadAverage();
        try (Child server = startServer()) {
            String url = Objects.requireNonNull(server.process().inputReader().readLine(), "the server did not start");
            int all = quick ? QUICK_ROUNDS : ROUNDS;
            for (int round = 1; round <= all; round++) {
                System.out.println("round " + round + " of " + all);
                cost.measure(given, url);
            }
        }
        System.out.println(cost.table());
        System.out.printf(Locale.ROOT, "load average %.1f before, %.1f after%n", load, MachineFacts.loadAverage());
    }

    private static Child startServer() throws IOException {
        return Child.startTalking(
                Cores.choose().load(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AnsweringServer.class.getName()),
                Map.of(),
                Files.createTempDirectory("bench-client").resolve("server.log"));
    }

    private void measure(CommandLineOptions given, String url) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.parent(given)
                .include(ClientBenchmark.class.getName())
                .forks(1)
                .jvmArgsAppend("-XX:+UseSerialGC", "-Xbatch", "-D" + ClientBenchmark.SERVER + "=" + url)
                .verbosity(VerboseMode.SILENT)
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuProfiler.class);
        List<RunResult> results = List.copyOf(new Runner(options.build()).run());
        for (Cost cost : Cost.values()) {
            Round round = new Round(
                    cost.read(find(results, cost, ClientUnderTest.US)),
                    cost.read(find(results, cost, ClientUnderTest.OPENAI)));
            rounds.computeIfAbsent(cost, each -> new ArrayList<>()).add(round);
        }
    }

    private static RunResult find(List<RunResult> results, Cost cost, String client) {
        return results.stream()
                .filter(result -> result.getPrimaryResult().getLabel().equals(cost.benchmark)
                        && client.equals(result.getParams().getParam("client")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(cost.benchmark + " of " + client + " was not measured"));
    }

    private String table() {
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of("", ClientUnderTest.US, ClientUnderTest.OPENAI, "ours to theirs"));
        rounds.forEach((cost, all) -> {
            Statistics ratio = Statistics.of(
                    all.stream().map(round -> round.ours() / round.theirs()).toList());
            cells.add(List.of(
                    cost.title,
                    median(all.stream().map(Round::ours).toList()),
                    median(all.stream().map(Round::theirs).toList()),
                    String.format(
                            Locale.ROOT, "%.2f (%.2f to %.2f)", ratio.median(), ratio.lowest(), ratio.highest())));
        });
        return TextTable.of(cells);
    }

    private static String median(List<Double> values) {
        return String.format(Locale.ROOT, "%,.0f", Statistics.of(values).median());
    }
}
