package dev.inferencekey.cli.shell;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows under headings, aligned, and on a terminal no wider than it: columns that may shrink are cut, the widest first. What a
 * person has to copy (ids, slugs) is never cut. Not thread-safe.
 */
public final class Table {
    private static final String GAP = "  ";
    private static final int NARROWEST_COLUMN = 8;
    private static final int COMFORTABLE_COLUMN = 14;
    private static final int LEFT_OUT = -1;

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    private enum Kind {
        WHOLE,
        TEXT,
        SPARE,
        NUMBER
    }

    private record Column(String heading, Kind kind) {}

    /** A column whose cells are always shown in full. */
    public Table whole(String heading) {
        columns.add(new Column(heading, Kind.WHOLE));
        return this;
    }

    /** A column whose cells may be cut. */
    public Table text(String heading) {
        columns.add(new Column(heading, Kind.TEXT));
        return this;
    }

    /** A column that is shown in full, or not at all where there is no room for it. */
    public Table spare(String heading) {
        columns.add(new Column(heading, Kind.SPARE));
        return this;
    }

    /** A column of numbers, aligned to the right. */
    public Table number(String heading) {
        columns.add(new Column(heading, Kind.NUMBER));
        return this;
    }

    /** Adds a row; null and empty become {@code -}. */
    public Table row(@Nullable String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("a row of " + columns.size() + " cells is due, not of " + cells.length);
        }
        List<String> row = new ArrayList<>(cells.length);
        for (String cell : cells) {
            row.add(cell == null || cell.isBlank() ? "-" : PlainText.line(cell));
        }
        rows.add(row);
        return this;
    }

    public void print(PrintStream out, Terminal terminal) {
        int[] widths = widths(terminal.columns());
        List<String> headings = columns.stream().map(Column::heading).toList();
        out.println(terminal.dim(line(headings, widths)));
        for (List<String> row : rows) {
            out.println(line(row, widths));
            if (out.checkError()) {
                return;
            }
        }
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            if (widths[i] == LEFT_OUT) {
                continue;
            }
            String cell = PlainText.cut(cells.get(i), widths[i]);
            String padding = " ".repeat(widths[i] - PlainText.width(cell));
            line.append(line.isEmpty() ? "" : GAP);
            line.append(columns.get(i).kind() == Kind.NUMBER ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    private int[] widths(int available) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            int widest = rows.stream()
                    .mapToInt(row -> PlainText.width(row.get(column)))
                    .max()
                    .orElse(0);
            widths[i] = Math.max(PlainText.width(columns.get(i).heading()), widest);
        }
        for (int i = widths.length - 1; i >= 0 && narrowest(widths) > available; i--) {
            if (columns.get(i).kind() == Kind.SPARE) {
                widths[i] = LEFT_OUT;
            }
        }
        for (long excess = total(widths) - available; excess > 0; excess--) {
            int widest = widestText(widths);
            if (widest < 0) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    /** The text column that has most to give; negative if none has any. */
    private int widestText(int[] widths) {
        int widest = -1;
        for (int i = 0; i < widths.length; i++) {
            boolean gives = columns.get(i).kind() == Kind.TEXT && widths[i] > NARROWEST_COLUMN;
            if (gives && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        return widest;
    }

    /** What the table takes when every column that may shrink is cut to a readable rest. */
    private long narrowest(int[] widths) {
        int[] cut = widths.clone();
        for (int i = 0; i < cut.length; i++) {
            if (columns.get(i).kind() == Kind.TEXT) {
                cut[i] = Math.min(cut[i], COMFORTABLE_COLUMN);
            }
        }
        return total(cut);
    }

    private static long total(int[] widths) {
        long total = -GAP.length();
        for (int width : widths) {
            total += width == LEFT_OUT ? 0 : (long) width + GAP.length();
        }
        return total;
    }
}
