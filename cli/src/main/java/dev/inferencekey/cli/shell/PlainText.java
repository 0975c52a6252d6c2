package dev.inferencekey.cli.shell;

import dev.inferencekey.contract.credential.Redaction;

/**
 * Makes text that others wrote fit to be shown: no credentials, no control characters that a terminal would obey. Stateless and
 * thread-safe.
 */
public final class PlainText {
    private PlainText() {}

    /** One line: credentials redacted, every run of control characters and line ends one space. */
    public static String line(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        boolean gap = false;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (isControl(point)) {
                gap = true;
                continue;
            }
            if (gap && !plain.isEmpty() && plain.charAt(plain.length() - 1) != ' ') {
                plain.append(' ');
            }
            gap = false;
            plain.appendCodePoint(point);
        }
        return Redaction.scrub(plain.toString());
    }

    /** Text that may have several lines, as a model writes it: line ends and tabs stay, other control characters go. */
    public static String lines(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints()
                .filter(point -> point == '\n' || point == '\t' || !isControl(point))
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }

    /** Columns that the text takes on a terminal. */
    public static int width(String text) {
        return text.codePoints().map(PlainText::width).sum();
    }

    /** The text cut to {@code columns}, with an ellipsis where something was lost. */
    public static String cut(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            used += width(point);
            if (used > columns - 1) {
                break;
            }
            kept.appendCodePoint(point);
            at += Character.charCount(point);
        }
        return kept + "…";
    }

    private static boolean isControl(int point) {
        int type = Character.getType(point);
        // FORMAT holds the marks that reverse the direction of text: a name could make a row say the opposite.
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE;
    }

    private static int width(int point) {
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide = (point >= 0x1100 && point <= 0x115F)
                || (point >= 0x2E80 && point <= 0xA4CF)
                || (point >= 0xAC00 && point <= 0xD7A3)
                || (point >= 0xF900 && point <= 0xFAFF)
                || (point >= 0xFE30 && point <= 0xFE6F)
                || (point >= 0xFF00 && point <= 0xFF60)
                || (point >= 0x1F300 && point <= 0x1FAFF)
                || (point >= 0x20000 && point <= 0x3FFFD);
        return wide ? 2 : 1;
    }
}
