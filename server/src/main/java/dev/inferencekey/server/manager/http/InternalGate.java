package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.manager.service.RefusedException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * Lets only the gateway in: it alone knows the secret of this start, and it alone is believed about who the caller is. Thread-safe.
 */
public final class InternalGate {
    /** The header that carries the secret between gateway and manager. */
    public static final String HEADER = "X-InferenceKey-Internal";

    private static final String UNKNOWN_ADDRESS = "unknown";
    private static final int MAX_ADDRESS_LENGTH = 45;

    private final byte[] secret;

    public InternalGate(String secret) {
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the internal secret must not be empty");
        }
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    void check(Request request) {
        if (!MessageDigest.isEqual(secret, request.header(HEADER).getBytes(StandardCharsets.UTF_8))) {
            throw new RefusedException(
                    ErrorCode.SCOPE_INSUFFICIENT,
                    "this port is for the platform's own gateway; use the platform's public address");
        }
    }

    /** The caller's address as the gateway says it. */
    String clientAddress(Request request) {
        List<String> values = request.headerValues("x-forwarded-for");
        if (values.size() != 1) {
            return UNKNOWN_ADDRESS;
        }
        String address = values.getFirst().strip();
        boolean plausible = !address.isEmpty()
                && address.length() <= MAX_ADDRESS_LENGTH
                && address.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == '.' || c == ':' || c == '%');
        return plausible ? address : UNKNOWN_ADDRESS;
    }

    @Override
    public String toString() {
        return "InternalGate";
    }
}
