package dev.inferencekey.contract.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.Golden;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_781_514_764);
    private static final byte[] BODY = "{\"event\":\"ping\"}".getBytes(StandardCharsets.UTF_8);

    static List<Map<String, @Nullable Object>> signatures() {
        return Golden.table("webhooks/signatures.json");
    }

    static List<Map<String, @Nullable Object>> verifications() {
        return Golden.asTable(Golden.object("webhooks/verification.json").get("cases"));
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void signsAsOthersDo(Map<String, @Nullable Object> row) {
        Instant at = Instant.ofEpochSecond(Golden.number(row, "unix_seconds")).plusMillis(999);

        assertThat(WebhookSignature.sign(Golden.text(row, "secret"), at, bodyOf(row)))
                .isEqualTo(headerOf(row));
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void recognizesWhatOthersSigned(Map<String, @Nullable Object> row) {
        Instant at = Instant.ofEpochSecond(Golden.number(row, "unix_seconds"));

        assertThat(WebhookSignature.verify(Golden.text(row, "secret"), headerOf(row), bodyOf(row), at, Duration.ZERO))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void noticesEveryChangedByte(Map<String, @Nullable Object> row) {
        Instant at = Instant.ofEpochSecond(Golden.number(row, "unix_seconds"));
        byte[] body = bodyOf(row);

        for (int i = 0; i < body.length; i++) {
            body[i] ^= 1;
            assertThat(WebhookSignature.verify(Golden.text(row, "secret"), headerOf(row), body, at, Duration.ofDays(1)))
                    .isFalse();
            body[i] ^= 1;
        }
    }

    @ParameterizedTest
    @MethodSource("verifications")
    void tellsGenuineHeadersFromOthers(Map<String, @Nullable Object> row) {
        Map<String, @Nullable Object> table = Golden.object("webhooks/verification.json");

        assertThat(WebhookSignature.verify(
                        Golden.text(table, "secret"),
                        Golden.text(row, "header"),
                        Golden.bytes(Golden.text(table, "body_file")),
                        Instant.ofEpochSecond(Golden.number(row, "now")),
                        Duration.ofSeconds(Golden.number(table, "tolerance_seconds"))))
                .as(Golden.text(row, "name"))
                .isEqualTo(Golden.flag(row, "genuine"));
    }

    @Test
    void allowsFiveMinutesByDefault() {
        assertThat(WebhookSignature.DEFAULT_TOLERANCE).isEqualTo(Duration.ofMinutes(5));
        assertThat(WebhookSignature.HEADER).isEqualTo("X-InferenceKey-Signature");
    }

    @Test
    void refusesAHeaderOfAbsurdLengthThatWouldOtherwiseBeGenuine() {
        String header = WebhookSignature.sign("secret", NOW, BODY);

        assertThat(WebhookSignature.verify("secret", header + ",x".repeat(1_000), BODY, NOW, Duration.ZERO))
                .isTrue();
        assertThat(WebhookSignature.verify("secret", header + ",x".repeat(10_000), BODY, NOW, Duration.ZERO))
                .isFalse();
    }

    @Test
    void refusesAnEmptySecretInsteadOfSigningWithNothing() {
        assertThatThrownBy(() -> WebhookSignature.sign("", NOW, BODY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the webhook's signing secret must not be empty");
        assertThatThrownBy(() -> WebhookSignature.verify("", "", BODY, NOW, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the webhook's signing secret must not be empty");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE / 1_000_000_000, 1_000_000_000_000L})
    void refusesToSignForATimeThatNoReaderAccepts(long seconds) {
        assertThatThrownBy(() -> WebhookSignature.sign("secret", Instant.ofEpochSecond(seconds), BODY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("check the clock")
                .hasMessageNotContaining("secret");
    }

    @Test
    void copesWithAnyClockOfTheReader() {
        String header = WebhookSignature.sign("secret", NOW, BODY);

        assertThat(WebhookSignature.verify("secret", header, BODY, Instant.MIN, Duration.ofDays(1)))
                .isFalse();
        assertThat(WebhookSignature.verify("secret", header, BODY, Instant.MAX, Duration.ofDays(1)))
                .isFalse();
        assertThat(WebhookSignature.verify("secret", header, BODY, NOW, Duration.ofSeconds(-1)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void neverThrowsOnAnyHeader(long seed) {
        Random random = new Random(seed);
        String[] tokens = {
            "t=", "v1=", ",", "1781514764", "-", "+", "ab", "zz", " ", "=", "\0", "é", "9".repeat(30), "t", "v1"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder header = new StringBuilder();
            for (int n = random.nextInt(10); n > 0; n--) {
                header.append(tokens[random.nextInt(tokens.length)]);
            }
            assertThat(WebhookSignature.verify("secret", header.toString(), BODY, NOW, Duration.ofDays(1)))
                    .as(header.toString())
                    .isFalse();
        }
    }

    private static byte[] bodyOf(Map<String, @Nullable Object> row) {
        return row.containsKey("body_file")
                ? Golden.bytes(Golden.text(row, "body_file"))
                : Golden.base64(row, "body_b64");
    }

    private static String headerOf(Map<String, @Nullable Object> row) {
        return Golden.text(Golden.asObject(row.get("headers")), WebhookSignature.HEADER);
    }
}
