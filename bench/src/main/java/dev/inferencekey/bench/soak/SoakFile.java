package dev.inferencekey.bench.soak;

import dev.inferencekey.bench.machine.MachineFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a soak saw, every look of it, as JSON. */
public final class SoakFile {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private SoakFile() {}

    public static void write(Path file, Instant at, String version, SoakRun.Outcome outcome) {
        ObjectNode root = JSON.createObjectNode();
        root.put("at", at.toString());
        root.put("version", version);
        root.set("machine", JSON.valueToTree(MachineFacts.read()));
        root.set("done", JSON.valueToTree(outcome.done()));
        root.set("failures", JSON.valueToTree(outcome.failures()));
        root.put("memory_growth", Math.round(outcome.curve().memoryGrowth() * 1_000) / 1_000.0);
        root.put("files_growth", Math.round(outcome.curve().filesGrowth() * 1_000) / 1_000.0);
        outcome.curve()
                .looks()
                .forEach(look -> root.withArray("looks")
                        .addObject()
                        .put("seconds", Math.round(look.seconds()))
                        .put("resident_mib", Math.round(look.residentMib() * 10) / 10.0)
                        .put("open_files", look.openFiles()));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, JSON.writeValueAsString(root) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
