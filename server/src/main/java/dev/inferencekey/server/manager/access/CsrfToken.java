package dev.inferencekey.server.manager.access;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * What a browser echoes with each change, so that other sites can't make it on the person's behalf. Follows from the session's secret,
 * so that every page can carry it and nothing has to be kept. Immutable and thread-safe.
 *
 * <p>Notes. Each showing is masked with fresh random bytes ({@code mask ‖ mask xor token}): pages are compressed, and a text that stays
 * the same from page to page could be guessed from their lengths (the attack known as BREACH).
 */
public final class CsrfToken {
    /** The header that carries it. */
    public static final String HEADER = "X-CSRF-Token";

    /** The field of a form that carries it. */
    public static final String FIELD = "csrf_token";

    private static final int LENGTH = 32;
    private static final int SHOWN_LENGTH = 4 * LENGTH;

    private final byte[] token;

    CsrfToken(byte[] token) {
        this.token = token.clone();
    }

    /** A text to echo, another one each time; {@code random} must be cryptographically strong. */
    public String reveal(RandomGenerator random) {
        byte[] shown = new byte[2 * LENGTH];
        byte[] mask = new byte[LENGTH];
        random.nextBytes(mask);
        System.arraycopy(mask, 0, shown, 0, LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            shown[LENGTH + i] = (byte) (mask[i] ^ token[i]);
        }
        return HexFormat.of().formatHex(shown);
    }

    /** Whether {@code echoed} is one of the texts that were shown; compares in constant time. */
    boolean matches(String echoed) {
        if (echoed.length() != SHOWN_LENGTH) {
            return false;
        }
        byte[] shown;
        try {
            shown = HexFormat.of().parseHex(echoed);
        } catch (IllegalArgumentException e) {
            return false;
        }
        byte[] unmasked = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            unmasked[i] = (byte) (shown[i] ^ shown[LENGTH + i]);
        }
        return MessageDigest.isEqual(unmasked, token);
    }

    @Override
    public String toString() {
        return "CsrfToken";
    }
}
