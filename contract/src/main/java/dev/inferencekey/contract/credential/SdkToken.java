package dev.inferencekey.contract.credential;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A control-plane token: declares workloads, never calls them.
 *
 * <p>Shares no supertype with {@link LiveKey}, and nothing converts one into the other. {@code toString} is redacted; only {@link
 * #reveal} gives the full text. Immutable and thread-safe.
 */
public final class SdkToken {
    /** What every such credential starts with. */
    public static final String PREFIX = "ik_sdk_";

    private final CredentialText text;

    private SdkToken(CredentialText text) {
        this.text = text;
    }

    /** Reads a credential; empty unless {@code text} is exactly {@code ik_sdk_<8 hex>_<64 hex>}, lower case, with nothing around it. */
    public static Optional<SdkToken> parse(String text) {
        return Optional.ofNullable(CredentialText.parse(PREFIX, text)).map(SdkToken::new);
    }

    /** Makes a new one. {@code random} must be cryptographically strong: the secret is 224 of its bits and their CRC-32. */
    public static SdkToken mint(RandomGenerator random) {
        return new SdkToken(CredentialText.mint(PREFIX, random));
    }

    /** The 8 hex digits that are safe to log and to show, and by which the credential is found. */
    public String publicId() {
        return text.publicId;
    }

    /** SHA-256 of the 64 ASCII characters of the secret: what a server stores and compares. */
    public byte[] secretSha256() {
        return text.secretSha256();
    }

    /** Whether the secret carries the checksum that this product mints; credentials minted elsewhere need not. */
    public boolean hasChecksum() {
        return text.hasChecksum();
    }

    /** The full text. For the one showing at creation and for the {@code Authorization} header, nothing else. */
    public String reveal() {
        return text.reveal();
    }

    /** {@code ik_sdk_a1b2c3d4…}: what may be logged. */
    public String redacted() {
        return text.redacted();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SdkToken that && text.sameAs(that.text);
    }

    @Override
    public int hashCode() {
        return text.publicId.hashCode();
    }

    @Override
    public String toString() {
        return redacted();
    }
}
