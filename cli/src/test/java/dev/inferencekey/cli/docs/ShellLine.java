package dev.inferencekey.cli.docs;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes lines of a shell apart as far as documentation needs it: comments, quotes, line ends after a backslash, pipes, lists and redirections.
 * Substitutions stay as they are written. Stateless and thread-safe.
 */
final class ShellLine {
    private final String text;
    private final List<List<String>> commands = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private boolean skipNext;
    private int at;

    private ShellLine(String text) {
        this.text = text;
    }

    /** Every simple command in the text, as words; assignments before a command are left out. */
    static List<List<String>> commands(String text) {
        return new ShellLine(text).read();
    }

    private List<List<String>> read() {
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            switch (c) {
                case '\\' -> escape();
                case '\'', '"' -> quoted(c);
                case '$' -> substitution();
                case ' ', '\t' -> endWord();
                case '\n', ';', '|', '&' -> endCommand();
                case '(', ')' -> endCommand();
                case '<', '>' -> redirection();
                case '#' -> {
                    if (inWord) {
                        add(c);
                    } else {
                        comment();
                    }
                }
                default -> add(c);
            }
        }
        endCommand();
        return commands;
    }

    private void escape() {
        at++;
        if (at < text.length() && text.charAt(at) != '\n') {
            add(text.charAt(at));
        }
    }

    private void quoted(char quote) {
        inWord = true;
        for (at++; at < text.length() && text.charAt(at) != quote; at++) {
            if (quote == '"' && text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            word.append(text.charAt(at));
        }
    }

    private void substitution() {
        if (!text.startsWith("$(", at)) {
            add('$');
            return;
        }
        int depth = 0;
        do {
            char c = text.charAt(at);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            add(c);
            at++;
        } while (at < text.length() && (depth > 0 || text.charAt(at - 1) == '$'));
        at--;
    }

    private void redirection() {
        if (word.toString().matches("[0-9]")) {
            word.setLength(0);
            inWord = false;
        }
        endWord();
        while (at + 1 < text.length() && "<>&".indexOf(text.charAt(at + 1)) >= 0) {
            at++;
        }
        skipNext = true;
    }

    private void comment() {
        while (at + 1 < text.length() && text.charAt(at + 1) != '\n') {
            at++;
        }
    }

    private void add(char c) {
        inWord = true;
        word.append(c);
    }

    private void endWord() {
        if (inWord) {
            boolean assignment = words.isEmpty() && word.toString().matches("[A-Z_]+=.*");
            if (!skipNext && !assignment) {
                words.add(word.toString());
            }
            skipNext = false;
        }
        word.setLength(0);
        inWord = false;
    }

    private void endCommand() {
        endWord();
        if (!words.isEmpty()) {
            commands.add(words);
        }
        words = new ArrayList<>();
    }
}
