package dev.inferencekey.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process and everything that it started, as the kernel counts it.
 *
 * <p>Notes. The time of a process in {@code /proc/PID/stat} comprises all of its threads, those that have ended too. It is given in
 * ticks of 10 ms, but the sum of user and system time is what the scheduler measured, to the nanosecond, and only cut to ticks: over
 * a second of CPU time the error is below one percent. The split between user and system is an estimate; it is not used.
 */
public record ProcessTree(ProcessHandle root) {
    private static final int TICKS_PER_SECOND = ticksPerSecond();
    /** Of the fields behind the name, which ends with the last closing bracket. */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    /** CPU time that it has used so far. Children that have ended are not counted: no contender has any. */
    public Duration cpuTime() {
        long ticks = members().mapToLong(ProcessTree::ticks).sum();
        return Duration.ofNanos(ticks * (1_000_000_000L / TICKS_PER_SECOND));
    }

    /** Memory that is resident now, KiB. */
    public long residentKib() {
        return members().mapToLong(ProcessTree::residentKib).sum();
    }

    /** Sockets and files that are open now. */
    public int openFiles() {
        return members().mapToInt(ProcessTree::openFiles).sum();
    }

    private static int openFiles(ProcessHandle process) {
        String[] files =
                Path.of("/proc", Long.toString(process.pid()), "fd").toFile().list();
        return files == null ? 0 : files.length;
    }

    private Stream<ProcessHandle> members() {
        return Stream.concat(Stream.of(root), root.descendants());
    }

    private static long ticks(ProcessHandle process) {
        return ticks(read(process, "stat"));
    }

    static long ticks(String stat) {
        if (stat.isEmpty()) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
    }

    private static long residentKib(ProcessHandle process) {
        return residentKib(read(process, "status"));
    }

    static long residentKib(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    /** Empty if the process has ended. */
    private static String read(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
        } catch (IOException e) {
            return "";
        }
    }

    private static int ticksPerSecond() {
        return Integer.parseInt(CommandOutput.of(List.of("getconf", "CLK_TCK")).strip());
    }
}
