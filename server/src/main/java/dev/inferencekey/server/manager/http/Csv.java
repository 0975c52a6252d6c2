package dev.inferencekey.server.manager.http;

import dev.inferencekey.server.ports.store.Page;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lines of comma-separated values as RFC 4180 has them, for spreadsheets. A text that a spreadsheet would run as a formula is put behind
 * an apostrophe, which makes it a text there. Used by one thread.
 */
public final class Csv {
    private static final String FORMULA_STARTS = "=+-@\t\r";

    private final StringBuilder lines = new StringBuilder();

    /** Adds a line; null is an empty cell. */
    public void line(List<? extends @Nullable Object> cells) {
        for (int i = 0; i < cells.size(); i++) {
            if (i > 0) {
                lines.append(',');
            }
            Object cell = cells.get(i);
            if (cell instanceof Number || cell instanceof Boolean) {
                lines.append(cell);
            } else if (cell != null) {
                text(cell.toString());
            }
        }
        lines.append("\r\n");
    }

    private void text(String text) {
        boolean formula = !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0;
        String safe = formula ? "'" + text : text;
        boolean quoted = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        if (quoted) {
            lines.append('"').append(safe.replace("\"", "\"\"")).append('"');
        } else {
            lines.append(safe);
        }
    }

    /** The lines since the last call. */
    public byte[] take() {
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        lines.setLength(0);
        return bytes;
    }

    /** A list of cells, of which any may be null. */
    public static List<@Nullable Object> cells(@Nullable Object... cells) {
        return Arrays.asList(cells);
    }

    /**
     * An answer that holds one piece of a list in memory at a time, however long the list is.
     *
     * @param pieces gives the piece after this place, the first one for null; the first is asked for at once, so that a failure is
     *     answered as such
     */
    public static <T> Answer answer(
            String fileName,
            List<String> header,
            Function<@Nullable String, Page<T>> pieces,
            Function<T, List<@Nullable Object>> cells) {
        Page<T> first = pieces.apply(null);
        return Answer.csv(fileName, sink -> {
            Csv csv = new Csv();
            csv.line(header);
            Page<T> piece = first;
            while (true) {
                piece.items().forEach(item -> csv.line(cells.apply(item)));
                sink.send(csv.take());
                String next = piece.next();
                if (next == null) {
                    return;
                }
                piece = pieces.apply(next);
            }
        });
    }
}
