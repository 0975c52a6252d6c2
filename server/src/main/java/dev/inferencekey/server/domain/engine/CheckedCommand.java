package dev.inferencekey.server.domain.engine;

import java.util.List;

/**
 * A command that passed: nothing but allowed flags with values of their kinds, written as engines can't misread them.
 *
 * @param beginning the program and what must follow it, such as {@code vllm serve}
 * @param arguments each flag as it is listed, its value in an argument of its own; paths of model files absolute, links resolved
 * @param missing model files that are not there now, as they were written
 */
public record CheckedCommand(List<String> beginning, List<String> arguments, List<String> missing) {
    public CheckedCommand {
        beginning = List.copyOf(beginning);
        arguments = List.copyOf(arguments);
        missing = List.copyOf(missing);
    }

    /** The program's name. */
    public String program() {
        return beginning.getFirst();
    }
}
