package dev.inferencekey.cli.shell;

import java.io.PrintStream;

/**
 * One line that says what is being done: redrawn in place on a terminal, one plain line per new text elsewhere. Thread-safe.
 */
public final class ProgressLine implements AutoCloseable {
    private static final String BACK_TO_START = "\r\u001b[K";

    private final PrintStream out;
    private final Terminal terminal;
    private String shown = "";

    public ProgressLine(PrintStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows the text. {@code detail}, such as a running time, is redrawn on a terminal and left out elsewhere. */
    public synchronized void show(String text, String detail) {
        String line = PlainText.line(text);
        if (terminal.interactive()) {
            String whole = detail.isEmpty() ? line : line + "  " + detail;
            out.print(BACK_TO_START + PlainText.cut(whole, terminal.columns() - 1));
            out.flush();
        } else if (!line.equals(shown)) {
            out.println(line);
        }
        shown = line;
    }

    /** Takes the line away, so that what comes next starts on a clean one. */
    public synchronized void clear() {
        if (terminal.interactive() && !shown.isEmpty()) {
            out.print(BACK_TO_START);
            out.flush();
        }
        shown = "";
    }

    @Override
    public void close() {
        clear();
    }
}
