package dev.inferencekey.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files, and so connections, a process of this user may have open. */
public final class FileLimit {
    private static final int RESERVED = 150;

    private FileLimit() {}

    /** What this process was given, and what it starts is given too. */
    public static int here() {
        try {
            return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                    .filter(line -> line.startsWith("Max open files"))
                    .mapToInt(line -> parse(
                            line.substring("Max open files".length()).strip().split(" +")[0]))
                    .findFirst()
                    .orElse(1_024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int parse(String limit) {
        return limit.equals("unlimited") ? 1 << 20 : Integer.parseInt(limit);
    }

    /** How many callers a proxy can serve at once: each takes a connection to either side. */
    public static int callers() {
        return (here() - RESERVED) / 2;
    }
}
