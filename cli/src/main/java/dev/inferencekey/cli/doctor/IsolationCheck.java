package dev.inferencekey.cli.doctor;

import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import dev.inferencekey.server.runtime.isolation.EngineSandbox;
import dev.inferencekey.server.runtime.isolation.IsolationAttempt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tries how model servers can be kept away from the platform's data here, with a program that tries to read it.
 *
 * @param dataFolder whether it exists or not
 */
record IsolationCheck(Path dataFolder, Map<String, String> environment) {
    private static final String SUBJECT = "isolation";

    Finding run() {
        try {
            return Files.isDirectory(dataFolder) && Files.isWritable(dataFolder) ? in(dataFolder) : elsewhere();
        } catch (IOException e) {
            return Finding.warn(SUBJECT, "it can't be tried: " + e.getMessage(), "make room, and try again");
        }
    }

    /** Where there is no data folder of this user's yet, one that is like it. */
    private Finding elsewhere() throws IOException {
        Path substitute = Files.createTempDirectory("inferencekey-doctor-");
        try {
            return in(substitute);
        } finally {
            Files.delete(substitute);
        }
    }

    private Finding in(Path folder) throws IOException {
        Path trials = Files.createTempDirectory(folder, ".doctor-");
        try {
            return finding(new EngineSandbox(EngineIsolation.AUTO, folder, trials, environment).examine());
        } finally {
            try (Stream<Path> all = Files.walk(trials)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    static Finding finding(List<IsolationAttempt> attempts) {
        IsolationAttempt last = attempts.getLast();
        String problems = attempts.stream()
                .filter(attempt -> !attempt.works())
                .map(IsolationAttempt::toString)
                .collect(Collectors.joining("; "));
        if (last.works()) {
            return Finding.ok(
                    SUBJECT,
                    last.kind().text() + ": " + meaning(last.kind())
                            + (problems.isEmpty() ? "" : " (" + problems + ")"));
        }
        return Finding.warn(
                SUBJECT,
                "model servers can't be kept away from the data folder here, so none is started (" + problems + ")",
                "fix one of these, or let them see it with --engine-isolation none");
    }

    private static String meaning(EngineIsolation kind) {
        return switch (kind) {
            case USER -> "model servers run as users of their own, without sight of the data folder";
            case NAMESPACE, LANDLOCK -> "model servers run without sight of the data folder";
            case AUTO, NONE -> "model servers see all that the platform sees";
        };
    }
}
