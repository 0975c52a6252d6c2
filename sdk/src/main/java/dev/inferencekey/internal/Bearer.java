package dev.inferencekey.internal;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;

/** A credential on its way into an {@code Authorization} header; shows itself only redacted. Immutable. */
public final class Bearer {
    private final String header;
    private final String redacted;

    private Bearer(String header, String redacted) {
        this.header = header;
        this.redacted = redacted;
    }

    public static Bearer of(SdkToken token) {
        return new Bearer("Bearer " + token.reveal(), token.redacted());
    }

    public static Bearer of(LiveKey key) {
        return new Bearer("Bearer " + key.reveal(), key.redacted());
    }

    /** The header's value. For the request alone. */
    String header() {
        return header;
    }

    @Override
    public String toString() {
        return redacted;
    }
}
