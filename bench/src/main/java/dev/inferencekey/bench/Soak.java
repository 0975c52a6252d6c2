package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Folders;
import dev.inferencekey.bench.contender.Provisioning;
import dev.inferencekey.bench.contender.Us;
import dev.inferencekey.bench.machine.Cores;
import dev.inferencekey.bench.machine.ModelProcess;
import dev.inferencekey.bench.report.CurvePicture;
import dev.inferencekey.bench.soak.SoakFile;
import dev.inferencekey.bench.soak.SoakRun;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Half an hour of callers of all kinds, and whether the server's memory stays where it is; {@code ./bench/soak} starts it. Ends with
 * status 1 if memory grew or anything was answered as it ought not to be.
 */
public final class Soak {
    private static final int MINUTES = 30;
    private static final long SEED = 20_260_701;

    private Soak() {}

    public static void main(String[] arguments) {
        int minutes = arguments.length == 0 ? MINUTES : Integer.parseInt(arguments[0]);
        Path repository = Path.of(System.getProperty("bench.repository", "."));
        Progress progress = Progress.onStandardError();
        Path work = Folders.temporary();
        try {
            Instant at = Instant.now();
            Cores cores = Cores.choose();
            cores.moveHere();
            SoakRun.Outcome outcome;
            Us server;
            try (ModelProcess model = ModelProcess.start(cores, work)) {
                Path data = work.resolve("data");
                progress.say("provisioning our server over its control plane");
                List<String> keys =
                        Provisioning.run(repository, new Bench(work, cores, model.port(), List.of()), data, 1);
                server = Entrants.us(repository, data);
                outcome = new SoakRun(SEED)
                        .run(
                                server,
                                new Bench(work, cores, model.port(), keys),
                                Duration.ofMinutes(minutes),
                                progress::say);
            }
            // A shorter run is for whoever wants to see that it works.
            Path results = repository.resolve(minutes >= MINUTES ? "docs/benchmarks" : "bench/target");
            SoakFile.write(results.resolve("soak.json"), at, server.version(), outcome);
            CurvePicture.write(
                    results.resolve("soak.svg"),
                    "Resident memory under mixed load, MiB",
                    "callers that ask, listen, leave in the middle, do not read, send nonsense; "
                            + at.toString().substring(0, 10),
                    outcome.curve().looks().stream()
                            .map(look -> new CurvePicture.Point(look.seconds() / 60, look.residentMib()))
                            .toList());
            print(outcome);
            if (!outcome.good()) {
                System.exit(1);
            }
        } finally {
            Folders.delete(work);
        }
    }

    private static void print(SoakRun.Outcome outcome) {
        outcome.done().forEach((deed, count) -> System.out.printf(Locale.ROOT, "%,12d  %s%n", count, deed));
        outcome.failures().forEach(failure -> System.out.println("FAILED  " + failure));
        System.out.printf(
                Locale.ROOT,
                "%s: memory %+.1f %% from the second to the last quarter, open files %+.1f %%, %d kinds of failures%n",
                outcome.good() ? "good" : "NOT GOOD",
                outcome.curve().memoryGrowth() * 100,
                outcome.curve().filesGrowth() * 100,
                outcome.failures().size());
    }
}
