package dev.inferencekey.server.domain.engine;

import java.util.List;

/**
 * A flag that a declaration may carry.
 *
 * @param names its spellings, at least one; engines get the last one
 * @param repeatable whether it may be given several times
 */
public record EngineFlag(List<String> names, ValueKind kind, boolean repeatable) {
    public EngineFlag {
        names = List.copyOf(names);
    }

    /** The spelling that engines get. */
    public String name() {
        return names.getLast();
    }
}
