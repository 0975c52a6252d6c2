package dev.inferencekey.contract.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a workload is on its way to serving. {@link #READY} and {@link #ERROR} end a readiness stream. */
public enum ReadinessPhase {
    SCHEDULING,
    PROVISIONING,
    BOOTSTRAPPING,
    READY,
    ERROR;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wire() {
        return wire;
    }

    /** Whether a readiness stream ends with this phase. */
    public boolean isTerminal() {
        return this == READY || this == ERROR;
    }

    /** The phase with this name on the wire; empty for names that this version does not know. */
    public static Optional<ReadinessPhase> fromWire(String text) {
        return Arrays.stream(values()).filter(phase -> phase.wire.equals(text)).findFirst();
    }
}
