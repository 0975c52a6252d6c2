package dev.inferencekey.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The results as a picture: how far each figure is from what it has to be, and what a request costs with each contender. Light, so
 * that it reads the same wherever it is shown.
 */
public final class Picture {
    private static final int WIDTH = 980;
    private static final int LABELS = 380;
    private static final int BARS = 420;
    private static final int LINE = 34;
    private static final int TOP = 96;
    private static final int GAP = 84;
    /** The longest bar, in units of what has to be reached. */
    private static final double LONGEST = 2.0;

    private static final String OTHERS = "#94a3b8";

    private final Svg svg = new Svg(WIDTH);

    private Picture() {}

    public static void write(Path file, Facts facts, Scoreboard board) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, new Picture().draw(facts, board));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String draw(Facts facts, Scoreboard board) {
        svg.text(32, 42, 22, Svg.INK, "start", true, "What the gateway costs");
        svg.text(
                32,
                66,
                13,
                Svg.FAINT,
                "start",
                false,
                facts.machine().cpu() + ", one core; Linux " + facts.machine().kernel() + "; Java "
                        + facts.machine().java() + "; " + facts.at().toString().substring(0, 10));
        int y = goals(new Goals(board).rows(), TOP);
        y = costs(board, y + GAP);
        return svg.done(y + 40);
    }

    private int goals(List<Row> rows, int top) {
        svg.text(32, top + 16, 15, Svg.INK, "start", true, "Beside what it has to be (shorter is better)");
        int y = top + 40;
        int bottom = y + rows.size() * LINE;
        double must = LABELS + BARS / LONGEST;
        svg.line(LABELS, y, LABELS, bottom, Svg.GRID);
        for (Row row : rows) {
            double share = Math.clamp(row.value().median() / row.atLeast(), 0, LONGEST);
            double aim = LABELS + row.aim() / row.atLeast() * BARS / LONGEST;
            double length = Math.max(2, share * BARS / LONGEST);
            svg.text(LABELS - 12, y + 20, 13, Svg.INK, "end", false, row.title());
            svg.bar(LABELS, y + 7, length, LINE - 14, colour(row.verdict()));
            svg.line(aim, y + 3, aim, y + LINE - 3, Svg.FAINT);
            svg.text(LABELS + BARS + 12, y + 20, 13, Svg.INK, "start", true, row.us());
            svg.text(WIDTH - 20, y + 20, 12, Svg.FAINT, "end", false, "≤ " + row.number(row.atLeast()));
            y += LINE;
        }
        svg.line(must, top + 36, must, bottom, Svg.INK);
        svg.text(must, bottom + 16, 12, Svg.INK, "middle", false, "at least");
        svg.text(LABELS, bottom + 16, 12, Svg.FAINT, "start", false, "short grey line: the aim");
        return bottom + 16;
    }

    private int costs(Scoreboard board, int top) {
        svg.text(
                32,
                top,
                15,
                Svg.INK,
                "start",
                true,
                "CPU per request, times nginx's (1 KB in, 1.5 KB out, 64 connections; the scale is logarithmic)");
        int y = top + 20;
        double low = Math.log(0.5);
        double high = Math.log(128);
        int bottom = y + board.contenders(Figure.CPU_PER_REQUEST).size() * LINE;
        for (double tick : new double[] {0.5, 1, 2, 4, 8, 16, 32, 64, 128}) {
            double x = LABELS + (Math.log(tick) - low) / (high - low) * BARS;
            svg.line(x, y, x, bottom, tick == 1 ? Svg.INK : Svg.GRID);
            svg.text(x, bottom + 16, 12, Svg.FAINT, "middle", false, Numbers.plain(tick) + " ×");
        }
        for (String name : board.contenders(Figure.CPU_PER_REQUEST)) {
            Optional<Statistics> ratio = board.ratio(Figure.CPU_PER_REQUEST, name, "nginx");
            if (ratio.isEmpty()) {
                continue;
            }
            double length = (Math.log(Math.clamp(ratio.get().median(), 0.51, 128)) - low) / (high - low) * BARS;
            svg.text(LABELS - 12, y + 20, 13, Svg.INK, "end", name.startsWith("us"), name);
            svg.bar(LABELS, y + 7, length, LINE - 14, name.startsWith("us") ? Svg.OURS : OTHERS);
            svg.text(
                    LABELS + BARS + 12,
                    y + 20,
                    13,
                    Svg.INK,
                    "start",
                    true,
                    Numbers.plain(ratio.get().median()) + " ×");
            y += LINE;
        }
        return bottom + 16;
    }

    private static String colour(Row.Verdict verdict) {
        return switch (verdict) {
            case REACHED -> "#16a34a";
            case ENOUGH -> "#84cc16";
            case SHORT -> "#dc2626";
        };
    }
}
