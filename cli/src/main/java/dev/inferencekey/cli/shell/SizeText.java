package dev.inferencekey.cli.shell;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people type them: {@code 512}, {@code 64KiB}, {@code 32m}; k, m and g count by 1024. Stateless and thread-safe. */
public final class SizeText {
    /** What to say about text that is no size. */
    public static final String FORM = "expected a size such as 64KiB, 32MiB or 1GiB";

    // Without a unit of thousands (kB, MB), so that nobody gets less than meant. Few enough digits to fit a long.
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(?:([kmg])(?:ib)?)?");

    private SizeText() {}

    /** Reads the text as bytes; empty unless all of it is a size. */
    public static OptionalLong parse(String text) {
        Matcher parts = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(parts.group(1));
        String unit = parts.group(2);
        int shift = unit == null ? 0 : 10 * ("kmg".indexOf(unit) + 1);
        return OptionalLong.of(number << shift);
    }

    /** The largest unit of which it is a whole number: {@code 32MiB}, {@code 1000}. */
    public static String show(long bytes) {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes != 0 && bytes % (1L << 10) == 0 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
    }
}
