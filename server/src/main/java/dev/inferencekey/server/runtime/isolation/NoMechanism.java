package dev.inferencekey.server.runtime.isolation;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** No isolation. */
record NoMechanism() implements Mechanism {
    @Override
    public EngineIsolation kind() {
        return EngineIsolation.NONE;
    }

    @Override
    public boolean ownUser() {
        return false;
    }

    @Override
    public List<String> wrap(
            List<String> command, List<Exposure> exposures, Path room, Path work, @Nullable Integer user) {
        return command;
    }
}
