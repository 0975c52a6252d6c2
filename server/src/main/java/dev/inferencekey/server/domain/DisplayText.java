package dev.inferencekey.server.domain;

/** What texts that stand on one line of a page must not hold, so that they read as they are. Stateless and thread-safe. */
public final class DisplayText {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final int LAST_ASCII = 0x7F;

    private DisplayText() {}

    /**
     * Whether the text is one line without characters that can't be seen: control characters, line and paragraph separators, and marks that
     * turn the direction of what follows or take no room. A joiner is let through behind a character that is not ASCII: Persian, Hindi and
     * emoji are written with it.
     */
    public static boolean isOneVisibleLine(String text) {
        int before = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int point = text.codePointAt(i);
            boolean joins = (point == ZERO_WIDTH_JOINER || point == ZERO_WIDTH_NON_JOINER) && before > LAST_ASCII;
            if (!joins && isInvisible(point)) {
                return false;
            }
            before = point;
        }
        return true;
    }

    private static boolean isInvisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
