package dev.inferencekey.bench.report;

import java.util.Locale;

/** A small picture in the making. Not thread-safe. */
final class Svg {
    static final String INK = "#1f2937";
    static final String FAINT = "#6b7280";
    static final String GRID = "#e5e7eb";
    /** What the picture is about. */
    static final String OURS = "#2563eb";

    private final int width;
    private final StringBuilder shapes = new StringBuilder();

    Svg(int width) {
        this.width = width;
    }

    /** {@code anchor} is start, middle or end. */
    void text(double x, double y, int size, String colour, String anchor, boolean bold, String text) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\"%s>%s</text>\n",
                x,
                y,
                size,
                colour,
                anchor,
                bold ? " font-weight=\"600\"" : "",
                escaped(text)));
    }

    void bar(double x, double y, double length, double height, String colour) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"3\" fill=\"%s\"/>\n",
                x,
                y,
                length,
                height,
                colour));
    }

    void line(double x1, double y1, double x2, double y2, String colour) {
        shapes.append(String.format(
                Locale.ROOT,
                "  <line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"1.5\"/>\n",
                x1,
                y1,
                x2,
                y2,
                colour));
    }

    /** The whole picture, this high. */
    String done(int height) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height + "\" width=\"" + width
                + "\" height=\"" + height + "\" font-family=\"system-ui, -apple-system, 'Segoe UI', sans-serif\">\n"
                + "  <rect width=\"" + width + "\" height=\"" + height + "\" fill=\"#ffffff\"/>\n" + shapes
                + "</svg>\n";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
