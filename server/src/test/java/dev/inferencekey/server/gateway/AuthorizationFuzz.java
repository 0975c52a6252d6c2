package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Any bytes as the value of an {@code Authorization} header: what counts as a token, and what as a key, is exactly what is documented. */
public final class AuthorizationFuzz {
    private static final Pattern BEARER = Pattern.compile("(?i)bearer +([!-~]+)");
    private static final Pattern KEY = Pattern.compile("ik_live_([0-9a-f]{8})_([0-9a-f]{64})");

    private AuthorizationFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        String value = new String(data, ISO_8859_1);
        byte[] bytes = ("GET / HTTP/1.1\r\nAuthorization: " + value + "\r\n\r\n").getBytes(ISO_8859_1);
        RequestHead head = new RequestHead(RequestReading.CONFIG);
        BearerToken token = new BearerToken();
        if (head.read(bytes, 0, bytes.length) < 0) {
            return;
        }
        String expected = token(head);
        assertThat(token.read(head)).isEqualTo(expected != null);
        assertThat(token.reveal()).isEqualTo(expected == null ? "" : expected);
        PresentedKey key = new PresentedKey();
        Matcher matcher = KEY.matcher(expected == null ? "" : expected);
        assertThat(key.read(token)).isEqualTo(matcher.matches());
        assertThat(LiveKey.parse(expected == null ? "" : expected).isPresent()).isEqualTo(matcher.matches());
        if (matcher.matches()) {
            assertThat(key.publicId()).isEqualTo(Integer.parseUnsignedInt(matcher.group(1), 16));
            assertThat(key.secretSha256()).isEqualTo(sha256(matcher.group(2)));
        }
    }

    private static @Nullable String token(RequestHead head) {
        List<String> values = new ArrayList<>();
        head.forEachField((name, value) -> {
            if (name.toString().equalsIgnoreCase("authorization")) {
                values.add(value.toString());
            }
        });
        Matcher matcher = BEARER.matcher(values.getFirst());
        return values.size() == 1 && matcher.matches() ? matcher.group(1) : null;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(ISO_8859_1));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
