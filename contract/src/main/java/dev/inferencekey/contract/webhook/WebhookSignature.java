package dev.inferencekey.contract.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of a webhook delivery: {@code X-InferenceKey-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "{t}.{raw body}">}.
 * Stateless and thread-safe.
 */
public final class WebhookSignature {
    /** The header that carries it. */
    public static final String HEADER = "X-InferenceKey-Signature";

    /** How old or how far ahead a delivery may be unless told otherwise: 5 minutes. */
    public static final Duration DEFAULT_TOLERANCE = Duration.ofMinutes(5);

    private WebhookSignature() {}

    /** The header's value for a body sent at {@code at}. */
    public static String sign(String secret, Instant at, byte[] rawBody) {
        long seconds = at.getEpochSecond();
        return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac(secret, seconds, rawBody));
    }

    /**
     * Whether the header is genuine for exactly these bytes and its time is within {@code tolerance} of {@code now}, both ways.
     * Several {@code v1} values may be listed, as during a change of secrets; one match is enough. A header that can't be read
     * is not genuine; this never throws on what came from outside.
     */
    public static boolean verify(String secret, String header, byte[] rawBody, Instant now, Duration tolerance) {
        long seconds = -1;
        List<byte[]> candidates = new ArrayList<>();
        for (String part : header.split(",", -1)) {
            String item = part.strip();
            try {
                if (item.startsWith("t=")) {
                    seconds = Long.parseLong(item.substring(2));
                } else if (item.startsWith("v1=")) {
                    candidates.add(HexFormat.of().parseHex(item.substring(3)));
                }
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
        if (seconds < 0 || seconds > Instant.MAX.getEpochSecond()) {
            return false;
        }
        Duration distance =
                Duration.between(Instant.ofEpochSecond(seconds), now).abs();
        if (distance.compareTo(tolerance) > 0) {
            return false;
        }
        byte[] expected = mac(secret, seconds, rawBody);
        boolean genuine = false;
        for (byte[] candidate : candidates) {
            genuine |= MessageDigest.isEqual(expected, candidate);
        }
        return genuine;
    }

    private static byte[] mac(String secret, long seconds, byte[] rawBody) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(rawBody);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the webhook secret can't be used as an HMAC key: it is empty", e);
        }
    }
}
