package dev.inferencekey.server.domain.credential;

import java.util.Locale;

/** What people did to a credential. {@link #REVOKED} is final. Expiry is not a state: it follows from the time. */
public enum CredentialState {
    ACTIVE,
    DISABLED,
    REVOKED;

    /** The name on the wire and in the store. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
