package dev.inferencekey.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The results for a terminal, which is also Markdown. */
public final class TextTable {
    private TextTable() {}

    /** What was to be reached. */
    public static String goals(List<Row> rows) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of("figure", "us", "spread", "at least", "aim", "beside", "verdict"));
        for (Row row : rows) {
            cells.add(List.of(
                    row.title(),
                    row.us(),
                    row.spread(),
                    row.number(row.atLeast()),
                    row.number(row.aim()),
                    row.nginx(),
                    row.verdict().text()));
        }
        return of(cells);
    }

    /** Every figure of every contender, medians. */
    public static String figures(Scoreboard board, List<String> contenders) {
        List<List<String>> cells = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("median of all rounds"));
        head.addAll(contenders);
        cells.add(head);
        for (Figure figure : Figure.values()) {
            if (board.contenders(figure).isEmpty()) {
                continue;
            }
            List<String> line = new ArrayList<>();
            line.add((figure.title() + (figure.unit().isEmpty() ? "" : ", " + figure.unit())));
            for (String contender : contenders) {
                line.add(board.statistics(figure, contender)
                        .map(value -> Numbers.plain(value.median()))
                        .orElse("-"));
            }
            cells.add(line);
        }
        return of(cells);
    }

    /** Any table: the first line is its head, and all lines are of the same length. */
    public static String of(List<List<String>> cells) {
        int columns = cells.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> line : cells) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            append(text, cells.get(i), widths);
            if (i == 0) {
                append(text, Arrays.stream(widths).mapToObj("-"::repeat).toList(), widths);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> line, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            text.append(String.format(Locale.ROOT, "| %-" + widths[i] + "s ", line.get(i)));
        }
        text.append("|\n");
    }
}
