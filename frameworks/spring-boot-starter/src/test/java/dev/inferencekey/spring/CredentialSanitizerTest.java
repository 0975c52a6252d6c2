package dev.inferencekey.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.SanitizableData;

class CredentialSanitizerTest {
    private final CredentialSanitizer sanitizer = new CredentialSanitizer();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inferencekey.sdk-token",
                "inferencekey.sdkToken",
                "INFERENCEKEY_SDK_TOKEN",
                "INFERENCEKEY_SDKTOKEN",
                "inferencekey.api-key",
                "INFERENCEKEY_API_KEY",
                "inferencekey.endpoints.support-bot.api-key",
                "inferencekey.endpoints.support-bot.apiKey",
                "INFERENCEKEY_ENDPOINTS_SUPPORTBOT_APIKEY"
            })
    void hidesWhatASettingForCredentialsHolds(String key) {
        assertThat(sanitized(key, "half a secret")).isEqualTo(SanitizableData.SANITIZED_VALUE);
    }

    @Test
    void showsOfACredentialElsewhereOnlyThePublicPart() {
        assertThat(sanitized("support.key", Contexts.KEY)).isEqualTo("ik_live_a1b2c3d4…");
        assertThat(sanitized("sun.java.command", "app --key=" + Contexts.TOKEN))
                .isEqualTo("app --key=ik_sdk_a1b2c3d4…");
    }

    @Test
    void leavesEverythingElse() {
        assertThat(sanitized("inferencekey.project", "acme")).isEqualTo("acme");
        assertThat(sanitized("server.port", 8080)).isEqualTo(8080);
        assertThat(sanitized("absent", null)).isNull();
    }

    private @Nullable Object sanitized(String key, @Nullable Object value) {
        return sanitizer.apply(new SanitizableData(null, key, value)).getValue();
    }
}
