package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.report.Facts;
import dev.inferencekey.bench.report.Goals;
import dev.inferencekey.bench.report.Picture;
import dev.inferencekey.bench.report.ResultFile;
import dev.inferencekey.bench.report.TextTable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Puts us beside others in one run; {@code ./bench/compare} starts it. */
public final class Compare {
    private Compare() {}

    public static void main(String[] arguments) {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("compare: " + e.getMessage());
            System.err.print(Options.USAGE);
            System.exit(2);
            return;
        }
        Path repository = Path.of(System.getProperty("bench.repository", "."));
        Path portkey = Path.of(System.getProperty("bench.portkey", "bench/target/portkey"));
        Path work = Folders.temporary();
        try {
            Comparison comparison = new Comparison(options, repository, portkey, work, Progress.onStandardError());
            Facts facts = comparison.run();
            print(facts, comparison);
            Path results = options.save() ? repository.resolve("docs/benchmarks") : repository.resolve("bench/target");
            ResultFile.write(results.resolve("result.json"), facts, comparison.board());
            Picture.write(results.resolve("result.svg"), facts, comparison.board());
        } finally {
            Folders.delete(work);
        }
    }

    private static void print(Facts facts, Comparison comparison) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<String> names = facts.contenders().stream().map(Facts.Entry::name).toList();
        out.println(TextTable.goals(new Goals(comparison.board()).rows()));
        out.println(TextTable.figures(comparison.board(), names));
        facts.contenders()
                .forEach(each -> out.println(each.name() + ": " + each.version() + "; " + each.description()));
        facts.leftOut().forEach(each -> out.println("left out: " + each));
        out.println(facts.machine() + ", load averages " + facts.loadAverages());
    }
}
