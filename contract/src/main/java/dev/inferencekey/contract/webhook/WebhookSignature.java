package dev.inferencekey.contract.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The signature of a webhook delivery: {@code X-InferenceKey-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "{t}.{raw body}">}.
 * Stateless and thread-safe.
 */
public final class WebhookSignature {
    /** The header that carries it. */
    public static final String HEADER = "X-InferenceKey-Signature";

    /** How old or how far ahead a delivery may be unless told otherwise: 5 minutes. */
    public static final Duration DEFAULT_TOLERANCE = Duration.ofMinutes(5);

    /** Room for dozens of signatures; more is an attempt to keep us busy. */
    private static final int MAX_HEADER_LENGTH = 4096;

    /** One spelling for each time, since the spelling is part of what is signed; 12 digits reach the year 33658. */
    private static final Pattern SECONDS = Pattern.compile("0|[1-9][0-9]{0,11}");

    private WebhookSignature() {}

    /**
     * The header's value for a body sent at {@code at}, in whole seconds.
     *
     * @throws IllegalArgumentException if the secret is empty, or the time is before 1970
     */
    public static String sign(String secret, Instant at, byte[] rawBody) {
        String seconds = Long.toString(at.getEpochSecond());
        if (!SECONDS.matcher(seconds).matches()) {
            throw new IllegalArgumentException("a delivery can't be signed for " + at + ": check the clock");
        }
        return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac(secret, seconds, rawBody));
    }

    /**
     * Whether the header is genuine for exactly these bytes and its time is within {@code tolerance} of {@code now}, both ways.
     * Several {@code v1} values may be listed, as during a change of secrets; one match is enough. A header that can't be read
     * is not genuine; this never throws on what came from outside.
     *
     * @throws IllegalArgumentException if the secret is empty
     */
    public static boolean verify(String secret, String header, byte[] rawBody, Instant now, Duration tolerance) {
        requireSecret(secret);
        Parsed parsed = parse(header);
        if (parsed == null) {
            return false;
        }
        Instant sent = Instant.ofEpochSecond(Long.parseLong(parsed.seconds()));
        if (Duration.between(sent, now).abs().compareTo(tolerance) > 0) {
            return false;
        }
        byte[] expected = mac(secret, parsed.seconds(), rawBody);
        boolean genuine = false;
        for (byte[] candidate : parsed.candidates()) {
            genuine |= MessageDigest.isEqual(expected, candidate);
        }
        return genuine;
    }

    private static @Nullable Parsed parse(String header) {
        if (header.length() > MAX_HEADER_LENGTH) {
            return null;
        }
        String seconds = null;
        List<byte[]> candidates = new ArrayList<>();
        for (String part : header.split(",", -1)) {
            String item = part.strip();
            if (item.startsWith("t=")) {
                if (seconds != null) {
                    return null;
                }
                seconds = item.substring(2);
            } else if (item.startsWith("v1=")) {
                try {
                    candidates.add(HexFormat.of().parseHex(item.substring(3)));
                } catch (IllegalArgumentException e) {
                    return null;
                }
            }
        }
        return seconds == null || !SECONDS.matcher(seconds).matches() ? null : new Parsed(seconds, candidates);
    }

    private static byte[] mac(String secret, String seconds, byte[] rawBody) {
        requireSecret(secret);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(rawBody);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HmacSHA256", e);
        }
    }

    private static void requireSecret(String secret) {
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the webhook's signing secret must not be empty");
        }
    }

    private record Parsed(String seconds, List<byte[]> candidates) {}
}
