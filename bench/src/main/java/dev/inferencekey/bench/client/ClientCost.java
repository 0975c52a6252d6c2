package dev.inferencekey.bench.client;

import dev.inferencekey.bench.report.TextTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What a call and a chunk cost our client and OpenAI's, as a table. {@code ./bench/client} starts it. */
public final class ClientCost {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private ClientCost() {}

    /** @param arguments options of JMH */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        OptionsBuilder options = new OptionsBuilder();
        options.parent(new CommandLineOptions(arguments))
                .include(ClientBenchmark.class.getName())
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuProfiler.class);
        System.out.println(table(new Runner(options.build()).run()));
    }

    private static String table(Collection<RunResult> results) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of("", ClientUnderTest.US, ClientUnderTest.OPENAI, "ours to theirs"));
        cells.add(row("calls per second of CPU time", results, "call", CpuProfiler.CPU_TIME));
        cells.add(row("bytes allocated per call", results, "call", ALLOCATED));
        cells.add(row("stream chunks per second of CPU time", results, "chunk", CpuProfiler.CPU_TIME));
        cells.add(row("bytes allocated per stream chunk", results, "chunk", ALLOCATED));
        return TextTable.of(cells);
    }

    private static List<String> row(String title, Collection<RunResult> results, String benchmark, String figure) {
        double ours = value(results, benchmark, ClientUnderTest.US, figure);
        double theirs = value(results, benchmark, ClientUnderTest.OPENAI, figure);
        return List.of(title, number(ours), number(theirs), String.format(Locale.ROOT, "%.2f", ours / theirs));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static double value(Collection<RunResult> results, String benchmark, String client, String figure) {
        double score = results.stream()
                .filter(result -> result.getPrimaryResult().getLabel().equals(benchmark)
                        && client.equals(result.getParams().getParam("client")))
                .findFirst()
                .map(result -> Objects.requireNonNull(
                                result.getSecondaryResults().get(figure), figure)
                        .getScore())
                .orElse(Double.NaN);
        return figure.equals(CpuProfiler.CPU_TIME) ? 1e9 / score : score;
    }
}
