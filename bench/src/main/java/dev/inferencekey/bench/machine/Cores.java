package dev.inferencekey.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who runs where: load and model server on one core, the program that is measured on another, the same for all.
 *
 * @param load number of the core for load and model server
 * @param proxy number of the core for the program that is measured
 */
public record Cores(int load, int proxy) {
    /** The first two cores that this process may use. */
    public static Cores choose() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("Cpus_allowed_list:")) {
                    return of(parse(line.substring(line.indexOf(':') + 1).strip()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("/proc/self/status does not tell which cores may be used");
    }

    private static Cores of(List<Integer> allowed) {
        if (allowed.size() < 2) {
            throw new IllegalStateException("a comparison needs two cores: one for the load, one for what is measured");
        }
        return new Cores(allowed.get(0), allowed.get(1));
    }

    /** Reads the kernel's form, {@code 0-2,5}. */
    static List<Integer> parse(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String part : list.split(",")) {
            String[] ends = part.split("-");
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
                cores.add(core);
            }
        }
        return cores;
    }

    /** Moves this process, and so what it starts from now on, to the core of the load. */
    public void moveHere() {
        CommandOutput.of(List.of(
                "taskset",
                "-a",
                "-c",
                "-p",
                Integer.toString(load),
                Long.toString(ProcessHandle.current().pid())));
    }

    /** What stands before a command so that it runs on the core. */
    public static List<String> pinnedTo(int core) {
        return List.of("taskset", "-c", Integer.toString(core));
    }
}
