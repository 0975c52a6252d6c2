package dev.inferencekey.cli.shell;

/**
 * What a stream is connected to.
 *
 * @param interactive whether a person looks at it: then lines may be redrawn
 * @param colour whether colours may be used
 * @param columns width in characters; for a pipe or file a width that nothing is cut to
 */
public record Terminal(boolean interactive, boolean colour, int columns) {
    /** A pipe or file: plain text, never cut. */
    public static final Terminal NONE = new Terminal(false, false, Integer.MAX_VALUE);

    private static final int NARROWEST = 40;

    public Terminal {
        columns = Math.max(NARROWEST, columns);
    }

    public String bold(String text) {
        return styled("1", text);
    }

    public String dim(String text) {
        return styled("2", text);
    }

    public String green(String text) {
        return styled("32", text);
    }

    public String yellow(String text) {
        return styled("33", text);
    }

    public String red(String text) {
        return styled("31", text);
    }

    private String styled(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
