package dev.inferencekey.cli.command;

import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.cli.shell.Terminal;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thing with its facts, a line each, the names aligned. Not thread-safe. */
public final class FactSheet {
    private record Line(String name, String value) {}

    private final String title;
    private final List<Line> lines = new ArrayList<>();

    public FactSheet(String title) {
        this.title = PlainText.line(title);
    }

    /** Adds a fact; null and empty become {@code -}. */
    public FactSheet add(String name, @Nullable String value) {
        lines.add(new Line(name, value == null || value.isBlank() ? "-" : PlainText.line(value)));
        return this;
    }

    /** Adds a fact only if there is one. */
    public FactSheet addIfPresent(String name, @Nullable String value) {
        return value == null || value.isBlank() ? this : add(name, value);
    }

    public void print(PrintStream out, Terminal terminal) {
        out.println(terminal.bold(title));
        int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
        for (Line line : lines) {
            String name = line.name() + " ".repeat(width - line.name().length());
            out.println("  " + terminal.dim(name) + "  " + line.value());
        }
    }
}
