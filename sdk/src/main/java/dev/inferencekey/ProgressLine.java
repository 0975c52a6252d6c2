package dev.inferencekey;

import dev.inferencekey.internal.Durations;
import dev.inferencekey.internal.OneLine;
import java.io.Console;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Shows a wait to people. Used by one thread. */
sealed interface ProgressLine extends AutoCloseable {
    /** A report came. */
    void report(Readiness readiness, Duration waited);

    /** Time went by. */
    void tick(Duration waited);

    /** The wait is over, well or not. */
    @Override
    void close();

    /** For a wait that is not shown. */
    static ProgressLine none() {
        return new None();
    }

    /** On this process's terminal, or on standard error if it has none. */
    @SuppressWarnings("SystemConsoleNull") // Null means no console on 17 to 21; isTerminal answers for the others.
    static ProgressLine standard(String what) {
        Console console = System.console();
        if (console != null && isTerminal(console)) {
            return new Live(what, console.writer());
        }
        return new Plain(what, new PrintWriter(System.err, true, Charset.defaultCharset()));
    }

    /** From JDK 22 on there may be a console that is no terminal; before, its being there says that it is one. */
    private static boolean isTerminal(Console console) {
        try {
            return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    /** One line, redrawn in place. */
    final class Live implements ProgressLine {
        /** Narrower than any usual terminal: a line that wraps can't be redrawn with a carriage return. */
        private static final int WIDTH = 79;

        private final String what;
        private final PrintWriter out;
        private @Nullable Readiness last;
        private int shown;

        Live(String what, PrintWriter out) {
            this.what = what;
            this.out = out;
        }

        @Override
        public void report(Readiness readiness, Duration waited) {
            last = readiness;
            draw(waited);
        }

        @Override
        public void tick(Duration waited) {
            draw(waited);
        }

        private void draw(Duration waited) {
            String state = last == null ? "connecting" : last.toString();
            String line = OneLine.of(what + " [" + Durations.text(waited) + "] " + state, WIDTH);
            out.print('\r' + line + " ".repeat(Math.max(0, shown - line.length())));
            out.flush();
            shown = line.length();
        }

        @Override
        public void close() {
            if (shown > 0) {
                out.println();
                out.flush();
            }
        }
    }

    /** A line for each change; for logs. */
    final class Plain implements ProgressLine {
        private static final int WIDTH = 500;

        private final String what;
        private final PrintWriter out;
        private String shown = "";

        Plain(String what, PrintWriter out) {
            this.what = what;
            this.out = out;
        }

        @Override
        public void report(Readiness readiness, Duration waited) {
            String state = readiness.toString();
            if (!state.equals(shown)) {
                shown = state;
                out.println(OneLine.of(what + ": " + state, WIDTH));
                out.flush();
            }
        }

        @Override
        public void tick(Duration waited) {
            // Only changes are worth a line.
        }

        @Override
        public void close() {
            // Standard error stays open.
        }
    }

    /** Nothing. */
    final class None implements ProgressLine {
        private None() {}

        @Override
        public void report(Readiness readiness, Duration waited) {
            // Not shown.
        }

        @Override
        public void tick(Duration waited) {
            // Not shown.
        }

        @Override
        public void close() {
            // Nothing was shown.
        }
    }
}
