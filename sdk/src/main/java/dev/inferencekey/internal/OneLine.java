package dev.inferencekey.internal;

/** Text from outside, fit for one line of a log or a terminal. */
public final class OneLine {
    private OneLine() {}

    /**
     * The text with every run of white space and of signs that steer terminals as one space, cut to {@code most} characters; the
     * last is {@code …} if something was cut off.
     */
    public static String of(String text, int most) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), most));
        boolean gap = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c) || Character.isISOControl(c) || steers(c)) {
                gap = true;
                continue;
            }
            if (gap && !line.isEmpty()) {
                line.append(' ');
            }
            gap = false;
            line.append(c);
            if (line.length() > most) {
                line.setLength(Character.isHighSurrogate(line.charAt(most - 2)) ? most - 2 : most - 1);
                return line.append('…').toString();
            }
        }
        return line.toString();
    }

    /** Line separators, and the marks that turn the direction of writing. */
    private static boolean steers(char c) {
        return (c >= '\u2028' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
    }
}
