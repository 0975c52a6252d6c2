package dev.inferencekey.e2e.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the figures of a scenario go: at once into a file that {@code ./check nodes} prints as a table; at the end the test fails if a bound is broken.
 * For one thread.
 */
final class Figures implements AutoCloseable {
    private static final Path FILE = Path.of("target", "nodes", "figures.tsv");

    private final List<Figure> broken = new ArrayList<>();

    /** Keeps them. */
    void add(List<Figure> figures) {
        figures.forEach(this::add);
    }

    void add(Figure figure) {
        String line = String.join("\t", figure.what(), figure.wanted(), figure.measured(), figure.ok() ? "ok" : "SHORT")
                + "\n";
        try {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.print(line);
        if (!figure.ok()) {
            broken.add(figure);
        }
    }

    /** Keeps them, and fails if one is broken. */
    static void report(List<Figure> all) {
        try (Figures figures = new Figures()) {
            figures.add(all);
        }
    }

    @Override
    public void close() {
        assertThat(broken).isEmpty();
    }
}
