package dev.inferencekey.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** One quantity over time, from zero, as a picture. */
public final class CurvePicture {
    private static final int WIDTH = 980;
    private static final int LEFT = 80;
    private static final int RIGHT = 30;
    private static final int TOP = 92;
    private static final int HEIGHT = 300;
    private static final int TICKS = 6;

    private CurvePicture() {}

    /** A point of the curve. */
    public record Point(double minutes, double value) {}

    /**
     * @param title what is drawn, and in which unit
     * @param subtitle how it came about
     */
    public static void write(Path file, String title, String subtitle, List<Point> points) {
        Svg svg = new Svg(WIDTH);
        svg.text(32, 42, 22, Svg.INK, "start", true, title);
        svg.text(32, 66, 13, Svg.FAINT, "start", false, subtitle);
        double longest = points.stream().mapToDouble(Point::minutes).max().orElse(1);
        double highest = roundUp(points.stream().mapToDouble(Point::value).max().orElse(1));
        double across = (WIDTH - LEFT - RIGHT) / longest;
        double up = HEIGHT / highest;
        double bottom = (double) TOP + HEIGHT;
        for (int i = 0; i <= TICKS; i++) {
            double value = highest * i / TICKS;
            double minutes = longest * i / TICKS;
            svg.line(LEFT, bottom - value * up, WIDTH - RIGHT, bottom - value * up, i == 0 ? Svg.INK : Svg.GRID);
            svg.text(LEFT - 10, bottom - value * up + 4, 12, Svg.FAINT, "end", false, Numbers.plain(value));
            svg.text(
                    LEFT + minutes * across,
                    bottom + 20,
                    12,
                    Svg.FAINT,
                    "middle",
                    false,
                    String.format(Locale.ROOT, "%.0f min", minutes));
        }
        for (int i = 1; i < points.size(); i++) {
            Point from = points.get(i - 1);
            Point to = points.get(i);
            svg.line(
                    LEFT + from.minutes() * across,
                    bottom - from.value() * up,
                    LEFT + to.minutes() * across,
                    bottom - to.value() * up,
                    Svg.OURS);
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, svg.done(TOP + HEIGHT + 48));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To what divides well into ticks. */
    static double roundUp(double value) {
        double step = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1)))) / 10 * TICKS;
        return Math.ceil(value / step) * step;
    }
}
