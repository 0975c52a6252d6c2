package dev.inferencekey.server.domain.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * A model server's command line, split into arguments. No shell is involved: quotes and backslashes group text as in a POSIX shell,
 * and nothing is expanded, so that {@code $HOME}, {@code *} and {@code ;} are plain characters.
 *
 * <p>Notes. Outside quotes a backslash takes the next character literally, and a backslash at the end of a line joins the lines, so
 * that commands copied from a script keep their meaning. Inside double quotes it only escapes {@code "}, {@code \}, {@code $} and
 * {@code `}. Inside single quotes nothing is special.
 *
 * @param arguments the program and its arguments; at least one, the first is not blank
 */
public record EngineCommand(List<String> arguments) {
    /** Longest command line accepted, in characters. */
    public static final int MAX_LENGTH = 16 * 1024;

    public EngineCommand {
        arguments = List.copyOf(arguments);
        if (arguments.isEmpty() || arguments.getFirst().isBlank()) {
            throw new IllegalArgumentException("the command names no program");
        }
    }

    /**
     * Splits a command line.
     *
     * @throws IllegalArgumentException if it is too long, names no program, or a quote or backslash is left open; the message says
     *     which and does not repeat the command
     */
    public static EngineCommand parse(String commandLine) {
        if (commandLine.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "the command is too long: at most " + MAX_LENGTH + " characters are allowed");
        }
        if (commandLine.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the command holds a NUL character");
        }
        return new EngineCommand(new Splitter(commandLine).split());
    }

    /** The program to start: a path, or a name to look up on PATH. */
    public String program() {
        return arguments.getFirst();
    }

    private static final class Splitter {
        private final String line;
        private final List<String> arguments = new ArrayList<>();
        private final StringBuilder current = new StringBuilder();
        private int position;
        // An argument may be empty ('' is one), so its length does not tell whether it has begun.
        private boolean begun;

        Splitter(String line) {
            this.line = line;
        }

        List<String> split() {
            while (position < line.length()) {
                char c = line.charAt(position++);
                switch (c) {
                    case ' ', '\t', '\n', '\r' -> finishArgument();
                    case '\'' -> singleQuoted();
                    case '"' -> doubleQuoted();
                    case '\\' -> escaped();
                    default -> append(c);
                }
            }
            finishArgument();
            return arguments;
        }

        private void finishArgument() {
            if (begun) {
                arguments.add(current.toString());
                current.setLength(0);
                begun = false;
            }
        }

        private void append(char c) {
            begun = true;
            current.append(c);
        }

        private void singleQuoted() {
            int end = line.indexOf('\'', position);
            if (end < 0) {
                throw new IllegalArgumentException("the command has a single quote that is never closed");
            }
            begun = true;
            current.append(line, position, end);
            position = end + 1;
        }

        private void doubleQuoted() {
            begun = true;
            while (position < line.length()) {
                char c = line.charAt(position++);
                if (c == '"') {
                    return;
                }
                if (c == '\\' && position < line.length() && "\"\\$`\n".indexOf(line.charAt(position)) >= 0) {
                    char next = line.charAt(position++);
                    if (next != '\n') {
                        current.append(next);
                    }
                } else {
                    current.append(c);
                }
            }
            throw new IllegalArgumentException("the command has a double quote that is never closed");
        }

        private void escaped() {
            if (position >= line.length()) {
                throw new IllegalArgumentException("the command ends with a backslash that escapes nothing");
            }
            char next = line.charAt(position++);
            if (next == '\r' && position < line.length() && line.charAt(position) == '\n') {
                position++;
            } else if (next != '\n') {
                append(next);
            }
        }
    }
}
