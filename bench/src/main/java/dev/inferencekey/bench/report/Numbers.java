package dev.inferencekey.bench.report;

import java.util.Locale;

/** Numbers for people: three digits that count, no more. */
final class Numbers {
    private Numbers() {}

    static String plain(double number) {
        double size = Math.abs(number);
        if (size >= 100 || number == Math.rint(number)) {
            return String.format(Locale.ROOT, "%,.0f", number);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", number);
    }
}
