package dev.inferencekey.server.vault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** A name for the installation that it can show to others: it follows from the master key and tells nothing about it. Stateless. */
public final class InstallationMark {
    private static final byte[] PURPOSE =
            "InferenceKey: the mark that requests carry to other servers".getBytes(US_ASCII);
    private static final int BYTES = 8;

    private InstallationMark() {}

    /** 16 hex digits. */
    public static String of(SecretKey masterKey) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(masterKey);
            return HexFormat.of().formatHex(Arrays.copyOf(mac.doFinal(PURPOSE), BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC with SHA-256", e);
        }
    }
}
