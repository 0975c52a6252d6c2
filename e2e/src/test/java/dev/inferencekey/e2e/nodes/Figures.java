package dev.inferencekey.e2e.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Where the figures go: a file that {@code ./check nodes} prints as a table, and the test that fails if one is broken. */
final class Figures {
    private static final Path FILE = Path.of("target", "nodes", "figures.tsv");

    private Figures() {}

    /** Keeps them, and fails if a bound was broken. */
    static void report(List<Figure> figures) {
        StringBuilder lines = new StringBuilder();
        for (Figure figure : figures) {
            lines.append(figure.what())
                    .append('\t')
                    .append(figure.wanted())
                    .append('\t')
                    .append(figure.measured())
                    .append('\t')
                    .append(figure.ok() ? "ok" : "SHORT")
                    .append('\n');
        }
        try {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.print(lines);
        assertThat(figures).allMatch(Figure::ok);
    }
}
