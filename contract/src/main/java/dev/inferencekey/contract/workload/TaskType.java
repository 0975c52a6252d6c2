package dev.inferencekey.contract.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a workload does; decides which routes it serves. */
public enum TaskType {
    TEXT2TEXT,
    EMBEDDING,
    TEXT2IMAGE,
    TEXT2VIDEO,
    TEXT2AUDIO,
    IMAGE2IMAGE,
    IMAGE2VIDEO,
    AUDIO2TEXT,
    OMNI,
    RERANKER,
    CLASSIFICATION,
    REWARD,
    FORECAST;

    /** Taken when a declaration names none. */
    public static final TaskType DEFAULT = TEXT2TEXT;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wire() {
        return wire;
    }

    /** The type with this name on the wire; empty for names that do not exist. */
    public static Optional<TaskType> fromWire(String text) {
        return Arrays.stream(values()).filter(type -> type.wire.equals(text)).findFirst();
    }
}
