package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The text form that the platform's own credentials share: {@code <prefix><8 hex public id>_<64 hex secret>}. Package-private, so that
 * the shared shape never becomes a shared type. Immutable and thread-safe.
 */
final class PrivateCredential {
    private static final Pattern SHAPE = Pattern.compile("([0-9a-f]{8})_([0-9a-f]{64})");

    final String publicId;
    private final String prefix;
    private final String secret;

    private PrivateCredential(String prefix, String publicId, String secret) {
        this.prefix = prefix;
        this.publicId = publicId;
        this.secret = secret;
    }

    static @Nullable PrivateCredential parse(String prefix, String text) {
        if (!text.startsWith(prefix)) {
            return null;
        }
        Matcher shape = SHAPE.matcher(text).region(prefix.length(), text.length());
        return shape.matches() ? new PrivateCredential(prefix, shape.group(1), shape.group(2)) : null;
    }

    static PrivateCredential mint(String prefix, RandomGenerator random) {
        return new PrivateCredential(prefix, randomHex(random, 4), randomHex(random, 32));
    }

    static String randomHex(RandomGenerator random, int bytes) {
        byte[] bits = new byte[bytes];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    static SecretDigest digest(String secret) {
        return SecretDigest.of(sha256(secret));
    }

    static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    SecretDigest digest() {
        return digest(secret);
    }

    /** 32 bytes that follow from the secret and say nothing about it (HMAC-SHA-256), others for each purpose. */
    byte[] derived(String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every Java platform has HMAC-SHA-256, and any key fits", e);
        }
    }

    boolean matches(SecretDigest digest) {
        return digest.matches(sha256(secret));
    }

    String reveal() {
        return prefix + publicId + "_" + secret;
    }

    @Override
    public String toString() {
        return prefix + publicId + "…";
    }
}
