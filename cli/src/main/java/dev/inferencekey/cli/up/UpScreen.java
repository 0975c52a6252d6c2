package dev.inferencekey.cli.up;

import dev.inferencekey.cli.shell.DurationText;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.cli.shell.ProgressLine;
import dev.inferencekey.cli.shell.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What {@code ik up} shows: a line per step, the one under way redrawn on a terminal, with its time. Thread-safe; a thread of its own
 * keeps the time moving.
 */
final class UpScreen implements AutoCloseable {
    private static final String INDENT = "  ";
    private static final int USUAL_COLUMNS = 80;
    private static final int ANSWER_ROWS = 2;
    private static final long TICK_MILLIS = 200;

    private final PrintStream out;
    private final Terminal terminal;
    private final InstantSource clock;
    private final ProgressLine line;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ik-progress").daemon().factory());

    // Guarded by this.
    private Instant begun = Instant.EPOCH;
    private String step = "";
    private String detail = "";
    private boolean stepOpen;
    private boolean answerOpen;

    @SuppressWarnings(
            "FutureReturnValueIgnored") // Drawing fails silently at worst; the step's end is printed all the same.
    UpScreen(PrintStream out, Terminal terminal, InstantSource clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.line = new ProgressLine(out, terminal);
        if (terminal.interactive()) {
            ticker.scheduleWithFixedDelay(this::draw, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Begins a step. */
    synchronized void begin(String text) {
        begun = clock.instant();
        step = text;
        detail = "";
        stepOpen = true;
        draw();
    }

    /** Shows how the step gets on, where lines can be redrawn. */
    synchronized void progress(String text) {
        detail = text;
        draw();
    }

    private synchronized void draw() {
        if (stepOpen && terminal.interactive()) {
            String text = INDENT + "… " + step + (detail.isEmpty() ? "" : ": " + detail);
            line.show(text, DurationText.precise(sinceBegin()));
        }
    }

    /** The step is done; {@code text} says what came of it. */
    synchronized void done(String text) {
        endOpenLine();
        String time = DurationText.precise(sinceBegin());
        int width = Math.min(USUAL_COLUMNS, terminal.columns());
        int room = width - INDENT.length() - 2 - 2 - time.length();
        String shown = PlainText.cut(PlainText.line(text), room);
        String padding = " ".repeat(room - PlainText.width(shown) + 2);
        out.println(INDENT + terminal.green("✓") + " " + shown + padding + terminal.dim(time));
        out.flush();
    }

    /** Says something that took no time. */
    synchronized void said(String text) {
        endOpenLine();
        out.println(INDENT + terminal.green("✓") + " " + PlainText.line(text));
        out.flush();
    }

    synchronized void text(String text) {
        endOpenLine();
        out.println(text);
        out.flush();
    }

    String bold(String text) {
        return terminal.bold(text);
    }

    /** A place for the answer, as it is written; {@code title} ends the step when the first piece comes. */
    Answer answer(String title) {
        return new Answer(title);
    }

    /** Takes an unfinished step away and ends an unfinished answer: what comes next starts on a line of its own. */
    private void endOpenLine() {
        stepOpen = false;
        line.clear();
        if (answerOpen) {
            answerOpen = false;
            out.println();
            out.flush();
        }
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        synchronized (this) {
            endOpenLine();
        }
    }

    private Duration sinceBegin() {
        return Duration.between(begun, clock.instant());
    }

    /** The model's text, wrapped, and cut after a few rows: one screen has to hold everything. */
    final class Answer {
        private final int width = Math.min(USUAL_COLUMNS, terminal.columns()) - 2 * INDENT.length() - 1;
        private final String title;
        private boolean started;
        private int rows = 1;
        private int column;
        private boolean full;
        private boolean gap;

        private Answer(String title) {
            this.title = title;
        }

        void add(String piece) {
            synchronized (UpScreen.this) {
                print(piece);
            }
        }

        private void print(String piece) {
            if (!started) {
                started = true;
                done(title);
                answerOpen = true;
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
    }
}
