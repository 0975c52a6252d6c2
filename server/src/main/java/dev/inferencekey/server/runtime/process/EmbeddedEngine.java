package dev.inferencekey.server.runtime.process;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The engine that comes with the platform and stands in for {@code llama-server} where that is not installed. It takes the same
 * flags, reads {@code {"api_key": "…"}} as the first line of its standard input, and ends when its standard input does.
 *
 * @param launchCommand what to run instead of the command's first word, such as {@code java -cp … EngineMain}; the first is the path
 *     of a program. What absolute paths in it lead to can be read by the engine; {@value #HOME} stands for a folder of its own that
 *     stays, and may be written.
 */
public record EmbeddedEngine(List<String> launchCommand) {
    public static final String HOME = "%HOME%";

    public EmbeddedEngine {
        launchCommand = List.copyOf(launchCommand);
        if (launchCommand.isEmpty()) {
            throw new IllegalArgumentException("the embedded engine needs a launch command");
        }
    }

    /** What it is made of, as its command names it. */
    Set<Path> files() {
        Set<Path> files = new LinkedHashSet<>();
        for (String argument : launchCommand) {
            for (String word : argument.split("[:=]")) {
                if (word.startsWith("/")) {
                    files.add(Path.of(word));
                }
            }
        }
        return files;
    }

    List<String> launchCommandIn(Path home) {
        return launchCommand.stream()
                .map(word -> word.replace(HOME, home.toString()))
                .toList();
    }
}
