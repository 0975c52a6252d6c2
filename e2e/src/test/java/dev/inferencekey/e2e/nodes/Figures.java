package dev.inferencekey.e2e.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the figures of a scenario go: at once into a file that {@code ./check nodes} prints as a table; at the end the test fails if a bound is
 * broken. A scenario that breaks off is a figure as well, and hides none of those before it. For one thread.
 */
final class Figures {
    private static final Path FILE = Path.of("target", "nodes", "figures.tsv");

    private final List<String> broken = new ArrayList<>();
    private final List<Throwable> brokenOff = new ArrayList<>();

    private Figures() {}

    /** A piece of a scenario. */
    interface Piece {
        List<Figure> run() throws Exception;
    }

    /** Several pieces, maybe on nodes that they share. */
    interface Scenario {
        void run(Figures figures) throws Exception;
    }

    /** Runs a scenario, says how long it took, and fails if a bound is broken or a piece broke off. */
    static void of(String name, Scenario scenario) {
        Figures figures = new Figures();
        long begun = System.nanoTime();
        figures.piece(name, () -> {
            scenario.run(figures);
            return List.of();
        });
        figures.add(Figure.stated(name + ": took", Math.round((System.nanoTime() - begun) / 1e9) + " s"));
        figures.judge();
    }

    /** Keeps them, and fails if one is broken. */
    static void report(List<Figure> all) {
        Figures figures = new Figures();
        all.forEach(figures::add);
        figures.judge();
    }

    /** Runs a piece; the next one can be run whatever becomes of it. */
    void piece(String name, Piece piece) {
        try {
            piece.run().forEach(this::add);
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
            brokenOff.add(e);
            String why = String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
            add(new Figure(
                    name + ": comes to its end", "yes", "no: " + why.substring(0, Math.min(100, why.length())), false));
        }
    }

    private void add(Figure figure) {
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
            broken.add(figure.what() + ": " + figure.measured() + ", wanted: " + figure.wanted());
        }
    }

    private void judge() {
        if (!broken.isEmpty()) {
            AssertionError failure = new AssertionError(String.join("\n", broken));
            brokenOff.forEach(failure::addSuppressed);
            throw failure;
        }
    }
}
