package dev.inferencekey.bench.client;

import dev.inferencekey.bench.report.TextTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What a call and a chunk cost our client and OpenAI's, as a table. {@code ./bench/client} starts it, on one core. */
public final class ClientCost {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private ClientCost() {}

    /** @param arguments options of JMH */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        OptionsBuilder options = new OptionsBuilder();
        options.parent(new CommandLineOptions(arguments))
                .include(ClientBenchmark.class.getName())
                .addProfiler(GCProfiler.class);
        System.out.println(table(new Runner(options.build()).run()));
    }

    private static String table(Collection<RunResult> results) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of("", ClientUnderTest.US, ClientUnderTest.OPENAI, "ours to theirs"));
        cells.add(row("calls per second", results, "call", false));
        cells.add(row("bytes allocated per call", results, "call", true));
        cells.add(row("stream chunks per second", results, "chunk", false));
        cells.add(row("bytes allocated per stream chunk", results, "chunk", true));
        return TextTable.of(cells);
    }

    private static List<String> row(String title, Collection<RunResult> results, String benchmark, boolean allocated) {
        double ours = value(results, benchmark, ClientUnderTest.US, allocated);
        double theirs = value(results, benchmark, ClientUnderTest.OPENAI, allocated);
        return List.of(title, number(ours), number(theirs), String.format(Locale.ROOT, "%.2f", ours / theirs));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static double value(Collection<RunResult> results, String benchmark, String client, boolean allocated) {
        return results.stream()
                .filter(result -> result.getPrimaryResult().getLabel().equals(benchmark)
                        && result.getParams().getParam("client").equals(client))
                .findFirst()
                .map(result -> allocated ? result.getSecondaryResults().get(ALLOCATED) : result.getPrimaryResult())
                .map(Result::getScore)
                .orElse(Double.NaN);
    }
}
