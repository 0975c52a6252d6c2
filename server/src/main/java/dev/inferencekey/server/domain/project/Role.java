package dev.inferencekey.server.domain.project;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a person may do in a project, strongest first; see {@code AccessPolicy} for what each covers. */
public enum Role {
    OWNER,
    ADMIN,
    DEVELOPER,
    VIEWER;

    /** The name on the wire and in the store. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> fromWire(String text) {
        return Arrays.stream(values()).filter(role -> role.wire().equals(text)).findFirst();
    }
}
