package dev.inferencekey.server.runtime.isolation;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a model server runs, and how.
 *
 * @param command the whole command, isolation included
 * @param work its working folder, its own
 * @param home the folder of its project's engines, which stays
 * @param temporary for temporary files, its own
 */
public record EnginePlace(List<String> command, Path work, Path home, Path temporary) {
    public EnginePlace {
        command = List.copyOf(command);
    }
}
