package dev.inferencekey.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Everything that a comparison saw, every round of it, as JSON. */
public final class ResultFile {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ResultFile() {}

    public static void write(Path file, Facts facts, Scoreboard board) {
        ObjectNode root = JSON.createObjectNode();
        root.put("at", facts.at().toString());
        root.set("machine", JSON.valueToTree(facts.machine()));
        root.set("settings", JSON.valueToTree(facts.settings()));
        root.set("load_averages", JSON.valueToTree(facts.loadAverages()));
        root.set("contenders", JSON.valueToTree(facts.contenders()));
        root.set("left_out", JSON.valueToTree(facts.leftOut()));
        ArrayNode goals = root.putArray("goals");
        new Goals(board).rows().forEach(row -> goal(goals.addObject(), row));
        ObjectNode figures = root.putObject("rounds");
        for (Figure figure : Figure.values()) {
            List<String> contenders = board.contenders(figure);
            if (!contenders.isEmpty()) {
                ObjectNode node = figures.putObject(figure.title());
                node.put("unit", figure.unit());
                contenders.forEach(name -> board.of(figure, name)
                        .values()
                        .forEach(value -> node.withArray(name).add(rounded(value))));
            }
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, JSON.writeValueAsString(root) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void goal(ObjectNode node, Row row) {
        node.put("figure", row.title())
                .put("us", rounded(row.value().median()))
                .put("lowest", rounded(row.value().lowest()))
                .put("highest", rounded(row.value().highest()))
                .put("at_least", rounded(row.atLeast()))
                .put("aim", rounded(row.aim()))
                .put("unit", row.unit())
                .put("beside", row.nginx())
                .put("verdict", row.verdict().text());
    }

    private static double rounded(double value) {
        return Math.round(value * 1e6) / 1e6;
    }
}
