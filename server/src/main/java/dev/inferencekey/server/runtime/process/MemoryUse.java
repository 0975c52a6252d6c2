package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What processes keep in memory and can't get back from a file: their heaps and stacks, shared memory, and what of it is in swap. Model
 * files that are mapped do not count, since the kernel drops them when memory gets short. Stateless; knows nothing without {@code /proc}.
 */
final class MemoryUse {
    private static final Set<String> COUNTED = Set.of("RssAnon:", "RssShmem:", "VmSwap:");

    private MemoryUse() {}

    /** Of the process and all that came of it, in bytes. */
    static long of(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(each -> bytes(Path.of("/proc", Long.toString(each.pid()), "status")))
                .sum();
    }

    private static long bytes(Path status) {
        long kibibytes = 0;
        try {
            for (String line : Files.readAllLines(status)) {
                String[] words = line.split("\\s+");
                if (words.length == 3 && COUNTED.contains(words[0])) {
                    kibibytes += Long.parseLong(words[1]);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // It has just ended.
        }
        return kibibytes << 10;
    }
}
