package dev.inferencekey.contract.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The text form that both credentials share: {@code <prefix><8 hex public id>_<64 hex secret>}. Package-private, so that the
 * shared shape never becomes a shared type: outside this package there is no value that "might be either".
 *
 * <p>Immutable and thread-safe.
 */
final class CredentialText {
    static final int PUBLIC_ID_LENGTH = 8;
    static final int SECRET_LENGTH = 64;
    private static final int RANDOM_LENGTH = SECRET_LENGTH - 8;

    final String prefix;
    final String publicId;
    private final String secret;

    private CredentialText(String prefix, String publicId, String secret) {
        this.prefix = prefix;
        this.publicId = publicId;
        this.secret = secret;
    }

    /** Reads {@code text}, or answers null unless it is exactly a credential with this prefix. */
    static @Nullable CredentialText parse(String prefix, String text) {
        int secretStart = prefix.length() + PUBLIC_ID_LENGTH + 1;
        if (text.length() != secretStart + SECRET_LENGTH
                || !text.startsWith(prefix)
                || text.charAt(secretStart - 1) != '_'
                || !isLowerHex(text, prefix.length(), secretStart - 1)
                || !isLowerHex(text, secretStart, text.length())) {
            return null;
        }
        return new CredentialText(
                prefix, text.substring(prefix.length(), secretStart - 1), text.substring(secretStart));
    }

    /**
     * Makes a new credential: 224 random bits and their CRC-32, so that a scanner can tell a real leak from look-alike text
     * without asking us.
     */
    static CredentialText mint(String prefix, RandomGenerator random) {
        byte[] id = new byte[PUBLIC_ID_LENGTH / 2];
        byte[] bits = new byte[RANDOM_LENGTH / 2];
        random.nextBytes(id);
        random.nextBytes(bits);
        String randomPart = HexFormat.of().formatHex(bits);
        return new CredentialText(prefix, HexFormat.of().formatHex(id), randomPart + checksum(randomPart));
    }

    /** Whether the secret ends with the CRC-32 of what comes before, as the ones that this product mints do. */
    boolean hasChecksum() {
        return secret.endsWith(checksum(secret.substring(0, RANDOM_LENGTH)));
    }

    byte[] secretSha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    String reveal() {
        return prefix + publicId + "_" + secret;
    }

    String redacted() {
        return prefix + publicId + "…";
    }

    boolean sameAs(CredentialText other) {
        return MessageDigest.isEqual(
                reveal().getBytes(StandardCharsets.US_ASCII), other.reveal().getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String toString() {
        return redacted();
    }

    static boolean isLowerHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static String checksum(String randomPart) {
        CRC32 crc = new CRC32();
        crc.update(randomPart.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
