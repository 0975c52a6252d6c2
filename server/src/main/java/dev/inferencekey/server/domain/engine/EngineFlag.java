package dev.inferencekey.server.domain.engine;

import java.util.List;

/**
 * A flag that a declaration may carry.
 *
 * @param names its spellings, at least one
 * @param repeatable whether it may be given several times
 */
public record EngineFlag(List<String> names, ValueKind kind, boolean repeatable) {
    public EngineFlag {
        names = List.copyOf(names);
    }

    /** The last of its spellings, which stands for all of them. */
    public String name() {
        return names.getLast();
    }
}
