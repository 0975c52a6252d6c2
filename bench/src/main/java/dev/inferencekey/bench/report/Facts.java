package dev.inferencekey.bench.report;

import dev.inferencekey.bench.machine.MachineFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How a comparison came about.
 *
 * @param settings by name, for people
 * @param contenders those that took part
 * @param leftOut what was not measured, and why
 * @param loadAverages of the machine after each round; our own programs account for about two
 */
public record Facts(
        Instant at,
        MachineFacts machine,
        Map<String, String> settings,
        List<Entry> contenders,
        List<String> leftOut,
        List<Double> loadAverages) {
    /** Who took part. */
    public record Entry(String name, String version, String description) {}
}
