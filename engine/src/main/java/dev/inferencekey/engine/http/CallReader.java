package dev.inferencekey.engine.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/**
 * Tells from the beginning of an answer whether it calls a function, and takes the call apart: {@code
 * {"name":"NAME","arguments":ARGUMENTS}}, as the {@linkplain ToolUse grammar} has it. Used by one thread.
 */
final class CallReader {
    private final List<String> heads;
    private final List<String> names;
    private String begin = "";
    private boolean decided;
    private @Nullable String tool;
    private String held = "";

    /** @param names of the functions that may be called; none if all answers are text */
    CallReader(List<String> names) {
        this.names = List.copyOf(names);
        this.heads = names.stream().map(CallReader::head).toList();
        this.decided = names.isEmpty();
    }

    /** How a call of the function begins. */
    static String head(String name) {
        return "{\"name\":" + StringNode.valueOf(name) + ",\"arguments\":";
    }

    /** Whether it is known what the answer is. */
    boolean decided() {
        return decided;
    }

    /** The function that is called, null if the answer is text; once {@link #decided}. */
    @Nullable
    String tool() {
        return tool;
    }

    /** Takes the next piece; what of the text, or of the arguments, is certain now, perhaps nothing. */
    String accept(String piece) {
        if (decided) {
            return pass(piece);
        }
        begin += piece;
        for (int i = 0; i < heads.size(); i++) {
            if (begin.startsWith(heads.get(i))) {
                decided = true;
                tool = names.get(i);
                return pass(begin.substring(heads.get(i).length()));
            }
        }
        if (heads.stream().noneMatch(head -> head.startsWith(begin))) {
            decided = true;
            return begin;
        }
        return "";
    }

    /** The last character of a call closes the call and not its arguments: so the last one is always kept back. */
    private String pass(String text) {
        if (tool == null || text.isEmpty()) {
            return text;
        }
        String passed = held + text.substring(0, text.length() - 1);
        held = text.substring(text.length() - 1);
        return passed;
    }

    /**
     * What was kept back, at the end of the answer.
     *
     * @param whole whether the answer came to its own end
     */
    String rest(boolean whole) {
        if (!decided) {
            decided = true;
            return begin;
        }
        return whole ? "" : held;
    }
}
