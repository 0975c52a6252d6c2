package dev.inferencekey.server.background.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What webhooks are signed with, so that their receiver knows who sent them. Shows nothing of it. Immutable and thread-safe. */
public final class WebhookSecret {
    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;

    private final SecretKey key;

    private WebhookSecret(SecretKey key) {
        this.key = key;
    }

    /** @throws IllegalArgumentException if it is not {@code whsec_} and 24 to 64 bytes in base 64, with a sentence that says how to make one */
    public static WebhookSecret parse(String text) {
        if (text.startsWith(PREFIX)) {
            try {
                byte[] bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
                if (bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES) {
                    return new WebhookSecret(new SecretKeySpec(bytes, ALGORITHM));
                }
            } catch (IllegalArgumentException e) {
                throw wrong(); // Without the cause, which may quote it.
            }
        }
        throw wrong();
    }

    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("a webhook secret must be whsec_ followed by " + MIN_BYTES + " to "
                + MAX_BYTES + " bytes in base64; make one with: echo \"whsec_$(openssl rand -base64 32)\"");
    }

    /**
     * The signature of one attempt, as Standard Webhooks has it: {@code v1,} and the HMAC with SHA-256 of id, time and body in base 64.
     *
     * @param timestamp of the attempt, in seconds since 1970
     */
    public String sign(String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(US_ASCII));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC with SHA-256", e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WebhookSecret that && key.equals(that.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return "WebhookSecret[redacted]";
    }
}
