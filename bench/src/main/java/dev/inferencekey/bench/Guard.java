package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.contender.Nginx;
import dev.inferencekey.bench.contender.Us;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Statistics;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Fails if a request costs more than it may, beside nginx in the same run: a bound in seconds would guard the machine, not the code.
 * {@code ./bench/guard} starts it.
 */
public final class Guard {
    /**
     * Above what has to be reached (1.25), because a short run on a busy machine is noisy; a change that matters (a lookup per request
     * that allocates, a copy of each body) is seen all the same.
     */
    static final double BOUND = 1.5;

    private Guard() {}

    public static void main(String[] arguments) {
        double bound = arguments.length == 0 ? BOUND : Double.parseDouble(arguments[0]);
        Options options = Options.parse("--quick", "--only", Us.NAME, "--figures", "single", "--rounds", "5");
        Path work = Folders.temporary();
        try {
            Comparison comparison = new Comparison(
                    options,
                    Path.of(System.getProperty("bench.repository", ".")),
                    Path.of(""),
                    work,
                    Progress.onStandardError());
            comparison.run();
            Statistics ratio = comparison
                    .board()
                    .ratio(Figure.CPU_PER_REQUEST, Us.NAME, Nginx.NAME)
                    .orElseThrow(() -> new IllegalStateException("nginx and we were not measured in the same run"));
            boolean good = ratio.median() <= bound;
            System.out.printf(
                    Locale.ROOT,
                    "%s: a request costs %.2f times nginx's CPU (%.2f to %.2f in 5 rounds); the bound is %.2f%n",
                    good ? "good" : "TOO SLOW",
                    ratio.median(),
                    ratio.lowest(),
                    ratio.highest(),
                    bound);
            if (!good) {
                System.exit(1);
            }
        } finally {
            Folders.delete(work);
        }
    }
}
