package dev.inferencekey.bench.contender;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Which programs the machine has. */
final class Programs {
    private static final String SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin";

    private Programs() {}

    /** What to say if the program is not installed; empty if it is. */
    static Optional<String> missing(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + SYSTEM_FOLDERS;
        boolean there = Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        return there ? Optional.empty() : Optional.of(program + " is not installed");
    }
}
