package dev.inferencekey.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a result depends on, without anything that names the machine or its users.
 *
 * @param memoryMib of the whole machine
 */
public record MachineFacts(String cpu, int cores, long memoryMib, String kernel, String system, String java) {
    public static MachineFacts read() {
        return new MachineFacts(
                field("/proc/cpuinfo", "model name").orElse("unknown"),
                (int) lines("/proc/cpuinfo")
                        .lines()
                        .filter(line -> line.startsWith("processor"))
                        .count(),
                field("/proc/meminfo", "MemTotal")
                                .map(text -> Long.parseLong(text.replaceAll("[^0-9]", "")))
                                .orElse(0L)
                        / 1024,
                lines("/proc/sys/kernel/osrelease").strip().replaceAll("^([0-9.]+).*", "$1"),
                lines("/etc/os-release")
                        .lines()
                        .filter(line -> line.startsWith("PRETTY_NAME="))
                        .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                        .findFirst()
                        .orElse("unknown"),
                Runtime.version().toString());
    }

    /** The average number of programs that wanted to run in the last minute. */
    public static double loadAverage() {
        String text = lines("/proc/loadavg");
        return text.isEmpty() ? 0 : Double.parseDouble(text.substring(0, text.indexOf(' ')));
    }

    private static Optional<String> field(String file, String name) {
        return lines(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /** Empty if it can't be read. */
    private static String lines(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "";
        }
    }
}
