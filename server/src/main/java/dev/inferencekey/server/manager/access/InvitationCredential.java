package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What a link of an invitation carries, behind its {@code #}: {@code ik_invite_<8 hex>_<64 hex>}. {@code toString} is redacted; only
 * {@link #reveal} gives the full text. Immutable and thread-safe.
 */
public final class InvitationCredential {
    /** What every such credential starts with. */
    public static final String PREFIX = "ik_invite_";

    private final PrivateCredential text;

    private InvitationCredential(PrivateCredential text) {
        this.text = text;
    }

    /** Reads a credential; empty unless {@code text} is exactly one. */
    public static Optional<InvitationCredential> parse(String text) {
        return Optional.ofNullable(PrivateCredential.parse(PREFIX, text)).map(InvitationCredential::new);
    }

    /** Makes a new one; {@code random} must be cryptographically strong. */
    public static InvitationCredential mint(RandomGenerator random) {
        return new InvitationCredential(PrivateCredential.mint(PREFIX, random));
    }

    /** The half that is safe to log. */
    public String publicId() {
        return text.publicId;
    }

    /** What the platform keeps of the secret half. */
    public SecretDigest digest() {
        return text.digest();
    }

    /** Compares in constant time. */
    public boolean matches(SecretDigest digest) {
        return text.matches(digest);
    }

    /** The full text, for the one showing. */
    public String reveal() {
        return text.reveal();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
