package dev.inferencekey.server.domain.node;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Which of the two planes a node serves. */
public enum NodeRole {
    /** Both. */
    ALL,
    /** The data plane: it verifies, forwards and meters calls, and can change nothing. */
    GATEWAY,
    /** The control plane: API, dashboard and background work; no inference. */
    MANAGER;

    /** As settings and the API write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one with this {@link #text}. */
    public static Optional<NodeRole> parse(String text) {
        return Stream.of(values()).filter(role -> role.text().equals(text)).findFirst();
    }

    public boolean servesDataPlane() {
        return this != MANAGER;
    }

    public boolean servesControlPlane() {
        return this != GATEWAY;
    }
}
