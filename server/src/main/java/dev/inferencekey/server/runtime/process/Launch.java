package dev.inferencekey.server.runtime.process;

import java.util.List;

/**
 * How to start one child.
 *
 * @param command program and arguments; its address is still to be appended
 * @param program what to call it in messages
 * @param embedded whether it is the embedded engine, which is handed its secret on standard input and watches for its end by itself
 */
record Launch(EngineRecipe recipe, List<String> command, String program, boolean embedded) {
    Launch {
        command = List.copyOf(command);
    }
}
