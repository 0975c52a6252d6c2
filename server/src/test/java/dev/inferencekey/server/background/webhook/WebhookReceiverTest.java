package dev.inferencekey.server.background.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WebhookReceiverTest {
    private static final String TEXT = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String SECRET = "whsec_" + TEXT;

    /** The example that implementations of Standard Webhooks share. */
    @Test
    void signsAsOthersDo() {
        assertThat(WebhookSecret.parse(SECRET)
                        .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}".getBytes(UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "whsec_",
                TEXT,
                "whsec_bm90IGxvbmcgZW5vdWdo",
                "whsec_%%%KQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "WHSEC_" + TEXT
            })
    void aSecretThatIsNoneIsRefusedAndNotShown(String text) {
        assertThatThrownBy(() -> WebhookSecret.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageContainingAll("24 to 64 bytes", "openssl rand -base64 32")
                .hasMessageNotContaining("MfKQ")
                .hasMessageNotContaining("KQ9r8");
    }

    @ParameterizedTest
    @CsvSource({
        "hooks.example.com/t0ken, must be absolute",
        "/t0ken, must be absolute",
        "ftp://hooks.example.com/t0ken, must be absolute",
        "https:///t0ken, must be absolute",
        "https://user:t0ken@hooks.example.com/, no user",
        "https://hooks.example.com/#t0ken, no user",
        "https://hooks.example.com/t0ken t0ken, at position 32"
    })
    void aUrlThatIsNoneIsRefusedAndNotShown(String url, String why) {
        assertThatThrownBy(() -> WebhookReceiver.of(url, List.of(SECRET)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageContaining(why)
                .hasMessageNotContaining("t0ken");
    }

    @Test
    void isSignedByOneSecretOrByTwo() {
        for (List<String> secrets : List.of(List.<String>of(), List.of(SECRET, SECRET, SECRET))) {
            assertThatThrownBy(() -> WebhookReceiver.of("https://hooks.example.com/", secrets))
                    .hasMessageContaining("one secret, or with two");
        }
        assertThat(WebhookReceiver.of("https://hooks.example.com/", List.of(SECRET, SECRET))
                        .secrets())
                .hasSize(2);
    }

    @Test
    void showsItsHostAndNothingElse() {
        WebhookReceiver receiver = WebhookReceiver.of("https://hooks.example.com:8443/t0ken?x=t0ken", List.of(SECRET));
        assertThat(receiver.host()).isEqualTo("hooks.example.com:8443");
        assertThat(receiver + " " + receiver.secrets())
                .contains("hooks.example.com")
                .doesNotContain("t0ken", TEXT);
    }
}
