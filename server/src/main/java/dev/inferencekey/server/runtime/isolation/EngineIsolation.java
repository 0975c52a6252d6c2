package dev.inferencekey.server.runtime.isolation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How model servers are kept away from the platform's data (decision 24). */
public enum EngineIsolation {
    /** Whatever works here: for root {@link #USER} or else {@link #LANDLOCK}, for others {@link #NAMESPACE} or else {@link #LANDLOCK}. */
    AUTO,
    /** A user of its own for each project, a file system and processes of its own. Needs root. */
    USER,
    /** A file system and processes of its own in a user namespace; the user stays the platform's. */
    NAMESPACE,
    /** The kernel's Landlock, since Linux 6.12: no sight of files that are not named, no reach to other processes. */
    LANDLOCK,
    /** None at all: a model server can read and change everything that the platform can. */
    NONE;

    /** As people write it: {@code landlock}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one that is written like this, in lower case; empty if there is none. */
    public static Optional<EngineIsolation> parse(String text) {
        return Arrays.stream(values())
                .filter(value -> value.text().equals(text))
                .findFirst();
    }

    /** What {@code AUTO} tries, in this order; each other stands for itself. */
    List<EngineIsolation> candidates(boolean root) {
        return this != AUTO ? List.of(this) : root ? List.of(USER, LANDLOCK) : List.of(NAMESPACE, LANDLOCK);
    }
}
