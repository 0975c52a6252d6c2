package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What whoever may read the data folder shows: {@code ik_operator_<8 hex>_<64 hex>}, new at each start. It opens the control plane of the
 * installation, at the node whose folder it is in: every node has its own and knows no other. {@code toString} is redacted; only {@link #reveal}
 * gives the full text. Immutable and thread-safe.
 */
public final class OperatorCredential {
    /** What every such credential starts with. */
    public static final String PREFIX = "ik_operator_";

    private final PrivateCredential text;

    private OperatorCredential(PrivateCredential text) {
        this.text = text;
    }

    /** Reads a credential; empty unless {@code text} is exactly one. */
    public static Optional<OperatorCredential> parse(String text) {
        return Optional.ofNullable(PrivateCredential.parse(PREFIX, text)).map(OperatorCredential::new);
    }

    /** Makes a new one; {@code random} must be cryptographically strong. */
    public static OperatorCredential mint(RandomGenerator random) {
        return new OperatorCredential(PrivateCredential.mint(PREFIX, random));
    }

    /** What the server keeps in memory of the secret half. */
    public SecretDigest digest() {
        return text.digest();
    }

    /** Compares in constant time. */
    public boolean matches(SecretDigest digest) {
        return text.matches(digest);
    }

    /** The full text, for the file in the data folder. */
    public String reveal() {
        return text.reveal();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
