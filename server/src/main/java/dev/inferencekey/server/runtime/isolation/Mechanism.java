package dev.inferencekey.server.runtime.isolation;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way to run a command away from the platform. Immutable. */
interface Mechanism {
    EngineIsolation kind();

    /** Whether model servers get a user that is not the platform's. */
    boolean ownUser();

    /** Where model servers find their folder for temporary files. */
    default Path temporary(Path own) {
        return own;
    }

    /**
     * The command that runs another in isolation. It needs the environment's {@code PATH}.
     *
     * @param room an empty folder
     * @param work where the command runs
     * @param user null for the platform's own
     */
    List<String> wrap(List<String> command, List<Exposure> exposures, Path room, Path work, @Nullable Integer user);
}
