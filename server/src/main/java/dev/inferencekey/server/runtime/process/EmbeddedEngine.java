package dev.inferencekey.server.runtime.process;

import java.util.List;

/**
 * The engine that comes with the platform and stands in for {@code llama-server} where that is not installed. It takes the same
 * flags, reads {@code {"api_key": "…"}} as the first line of its standard input, and ends when its standard input does.
 *
 * @param launchCommand what to run instead of the command's first word, such as {@code java -cp … EngineMain}; the first is the path
 *     of a program
 */
public record EmbeddedEngine(List<String> launchCommand) {
    public EmbeddedEngine {
        launchCommand = List.copyOf(launchCommand);
        if (launchCommand.isEmpty()) {
            throw new IllegalArgumentException("the embedded engine needs a launch command");
        }
    }
}
