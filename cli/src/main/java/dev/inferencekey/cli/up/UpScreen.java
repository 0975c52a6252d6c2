package dev.inferencekey.cli.up;

import dev.inferencekey.cli.shell.DurationText;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.cli.shell.ProgressLine;
import dev.inferencekey.cli.shell.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What {@code ik up} shows: a line per step, the one under way redrawn on a terminal. For one thread. */
final class UpScreen {
    private static final String INDENT = "  ";
    private static final int USUAL_COLUMNS = 80;
    private static final int ANSWER_ROWS = 3;

    private final PrintStream out;
    private final Terminal terminal;
    private final InstantSource clock;
    private final ProgressLine line;
    private Instant begun = Instant.EPOCH;
    private String step = "";

    UpScreen(PrintStream out, Terminal terminal, InstantSource clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.line = new ProgressLine(out, terminal);
    }

    /** Begins a step. */
    void begin(String text) {
        begun = clock.instant();
        step = text;
        progress("");
    }

    /** Shows how the step gets on, where lines can be redrawn. */
    void progress(String detail) {
        if (terminal.interactive()) {
            line.show(
                    INDENT + "… " + step + (detail.isEmpty() ? "" : ": " + detail), DurationText.precise(sinceBegin()));
        }
    }

    /** The step is done; {@code text} says what came of it. */
    void done(String text) {
        line.clear();
        String time = DurationText.precise(sinceBegin());
        int width = Math.min(USUAL_COLUMNS, terminal.columns());
        int room = width - INDENT.length() - 2 - 2 - time.length();
        String shown = PlainText.cut(PlainText.line(text), room);
        String padding = " ".repeat(room - PlainText.width(shown) + 2);
        out.println(INDENT + terminal.green("✓") + " " + shown + padding + terminal.dim(time));
        out.flush();
    }

    /** Says something that took no time. */
    void said(String text) {
        line.clear();
        out.println(INDENT + terminal.green("✓") + " " + PlainText.line(text));
        out.flush();
    }

    String bold(String text) {
        return terminal.bold(text);
    }

    /** Takes an unfinished step away, before something else is said. */
    void clear() {
        line.clear();
    }

    void text(String text) {
        out.println(text);
        out.flush();
    }

    void heading(String text) {
        text(bold(text));
    }

    /** A place for the answer, as it is written; {@code title} ends the step when the first piece comes. */
    Answer answer(String title) {
        return new Answer(title);
    }

    private Duration sinceBegin() {
        return Duration.between(begun, clock.instant());
    }

    /** The model's text, wrapped, and cut after a few rows: one screen has to hold everything. */
    final class Answer {
        private final int width = Math.min(USUAL_COLUMNS, terminal.columns()) - 2 * INDENT.length() - 1;
        private final String title;
        private boolean begun;
        private int rows = 1;
        private int column;
        private boolean full;
        private boolean gap;

        private Answer(String title) {
            this.title = title;
        }

        void add(String piece) {
            if (!begun) {
                begun = true;
                done(title);
                out.print(INDENT + INDENT);
            }
            for (String word : PlainText.lines(piece).split("(?<=\\s)|(?=\\s)")) {
                if (word.isBlank()) {
                    gap = gap || !word.isEmpty();
                } else {
                    addWord(PlainText.cut(word, width));
                }
            }
            out.flush();
        }

        private void addWord(String word) {
            int needed = PlainText.width(word) + (gap && column > 0 ? 1 : 0);
            if (full) {
                return;
            }
            if (column + needed > width) {
                if (rows == ANSWER_ROWS) {
                    full = true;
                    out.print("…");
                    return;
                }
                rows++;
                out.println();
                out.print(INDENT + INDENT);
                column = 0;
                needed = PlainText.width(word);
            }
            out.print((gap && column > 0 ? " " : "") + word);
            column += needed;
            gap = false;
        }

        void end() {
            out.println();
            out.flush();
        }
    }
}
