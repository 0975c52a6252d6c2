package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.contract.credential.LiveKey;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * An API key as a caller shows it, taken apart without making objects: {@code ik_live_<8 hex>_<64 hex>}, lower case. {@code LiveKey} is
 * the same for everyone who has more time. One for each event loop, used again and again; the secret itself is not kept, only its digest.
 *
 * <p>Confined to its event loop.
 */
final class PresentedKey {
    private static final byte[] PREFIX = LiveKey.PREFIX.getBytes(US_ASCII);
    private static final int ID_LENGTH = 8;
    private static final int SECRET_AT = PREFIX.length + ID_LENGTH + 1;
    private static final int SECRET_LENGTH = 64;
    private static final int DIGEST_LENGTH = 32;

    /** The value of each lower-case hexadecimal digit, -1 for every other byte. */
    private static final byte[] HEX = new byte[256];

    static {
        Arrays.fill(HEX, (byte) -1);
        for (int digit = 0; digit < 16; digit++) {
            HEX[Character.forDigit(digit, 16)] = (byte) digit;
        }
    }

    private final MessageDigest sha256;
    private final byte[] digest = new byte[DIGEST_LENGTH];
    private int publicId;

    PresentedKey() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Reads a token; false unless it is exactly a key. */
    boolean read(BearerToken token) {
        byte[] bytes = token.bytes();
        int from = token.from();
        if (token.length() != SECRET_AT + SECRET_LENGTH
                || !token.startsWith(LiveKey.PREFIX)
                || bytes[from + SECRET_AT - 1] != '_') {
            return false;
        }
        int id = 0;
        for (int i = from + PREFIX.length; i < from + SECRET_AT - 1; i++) {
            int digit = HEX[bytes[i] & 0xff];
            if (digit < 0) {
                return false;
            }
            id = id << 4 | digit;
        }
        int secret = from + SECRET_AT;
        int wrong = 0;
        for (int i = secret; i < secret + SECRET_LENGTH; i++) {
            wrong |= HEX[bytes[i] & 0xff];
        }
        if (wrong < 0) {
            return false;
        }
        publicId = id;
        try {
            sha256.update(bytes, secret, SECRET_LENGTH);
            var _ = sha256.digest(digest, 0, DIGEST_LENGTH);
        } catch (DigestException e) {
            throw new AssertionError("the array has the digest's length", e);
        }
        return true;
    }

    /** The number that the public id's digits stand for. */
    int publicId() {
        return publicId;
    }

    /** SHA-256 of the secret's 64 characters; overwritten by the next {@link #read}. */
    byte[] secretSha256() {
        return digest;
    }
}
