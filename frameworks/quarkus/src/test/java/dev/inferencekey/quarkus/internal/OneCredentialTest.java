package dev.inferencekey.quarkus.internal;

import static dev.inferencekey.quarkus.internal.Settings.KEY;
import static dev.inferencekey.quarkus.internal.Settings.SECRET;
import static dev.inferencekey.quarkus.internal.Settings.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.DataClient;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One application, one credential, and advice to whoever got it wrong. */
class OneCredentialTest {
    @ParameterizedTest
    @ValueSource(strings = {"inferencekey.api-key", "inferencekey.endpoints.bot.api-key"})
    void doesNotStartWithBothCredentials(String key) {
        assertThat(failure(Settings.of("inferencekey.sdk-token=" + TOKEN, key + "=" + KEY)
                        .config()))
                .contains(
                        "both credentials", "inferencekey.sdk-token", key, "inferencekey.allow-both-credentials=true");
    }

    @Test
    void countsVariables() {
        assertThat(failure(Settings.of().config(Map.of("INFERENCEKEY_SDK_TOKEN", TOKEN, "INFERENCEKEY_API_KEY", KEY))))
                .contains("both credentials");
    }

    @Test
    void acceptsBothIfTold() {
        Connection connection = new Connection(Settings.of(
                        "inferencekey.sdk-token=" + TOKEN,
                        "inferencekey.api-key= " + KEY,
                        "inferencekey.allow-both-credentials=true")
                .config());
        assertThat(connection.sdkToken()).isEqualTo(TOKEN);
        assertThat(connection.apiKey()).isEqualTo(KEY);
    }

    @Test
    void saysWhereACredentialOfTheWrongKindBelongs() {
        assertThat(failure(Settings.of("inferencekey.endpoints.bot.api-key=" + TOKEN)
                        .config()))
                .contains("inferencekey.endpoints.bot.api-key", "SDK token", "belongs in inferencekey.sdk-token");
        assertThat(failure(Settings.of("inferencekey.sdk-token=" + KEY).config()))
                .contains("inferencekey.sdk-token", "API key", "belongs in inferencekey.api-key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inferencekey.api-key=ik_live_a1b2c3d4_0123",
                "inferencekey.sdk-token=${UNSET:changeme}",
                "inferencekey.endpoints.bot.api-key=\"" + KEY + "\""
            })
    void saysWhatACredentialLooksLike(String property) {
        assertThat(failure(Settings.of(property).config()))
                .contains(property.substring(0, property.indexOf('=')), "64 hex digits", "cut off");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<your API key>", "\\${SUPPORT_BOT_KEY}"})
    void tellsAPlaceholderThatWasLeft(String value) {
        assertThat(failure(Settings.of("inferencekey.api-key=" + value).config()))
                .contains("inferencekey.api-key holds a placeholder", "ik_live_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inferencekey.base-url", "inferencekey.api-key", "inferencekey.endpoints.bot.api-key"})
    void saysWhichVariableOfASettingIsNotSet(String property) {
        Settings settings = Settings.of("a=${B}", property + "=ik_live_" + SECRET + "${BOT}", "z=${B}");
        assertThatThrownBy(() -> Placeholders.requireReplaced(settings.sources(Map.of())))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContainingAll(property + " is to be taken from BOT", "Set the variable")
                .hasMessageNotContaining(SECRET);
        assertThatCode(() -> Placeholders.requireReplaced(settings.sources(Map.of("BOT", "bot"))))
                .doesNotThrowAnyException();
    }

    @Test
    void saysWhatAnEndpointLacks() {
        assertThat(endpointsFailure(Settings.of("inferencekey.project=acme", "inferencekey.endpoints.bot.workload=b")))
                .contains("inferencekey.endpoints.bot.api-key", "inferencekey.api-key", "INFERENCEKEY_API_KEY");
        assertThat(endpointsFailure(Settings.of("inferencekey.endpoints.bot.api-key=" + KEY)))
                .contains("inferencekey.endpoints.bot.project", "INFERENCEKEY_PROJECT");
    }

    @Test
    void passesOnWhatTheClientSaysOfOtherSettings() {
        Throwable failure = catchThrowable(() -> Clients.data(
                Settings.of("inferencekey.base-url=inference.example.com").config(), List.of()));
        assertThat(failure).isInstanceOf(StartupFailure.class).hasMessageContaining("https://host[:port]");
    }

    @Test
    void showsNoSecretWhereSettingsAreShown() {
        InferenceKeyConfig config = Settings.of(
                        "inferencekey.api-key=" + KEY, "inferencekey.endpoints.bot.api-key=" + KEY)
                .config();
        assertThat(List.of(
                        config,
                        config.apiKey(),
                        config.endpoints(),
                        config.endpoints().get("bot"),
                        new Connection(config)))
                .allSatisfy(shown -> assertThat(shown.toString()).doesNotContain(SECRET));
    }

    private static String endpointsFailure(Settings settings) {
        try (DataClient data = Clients.data(settings.config(), List.of())) {
            Throwable failure = catchThrowable(() -> Clients.endpoints(settings.config(), data));
            assertThat(failure).isInstanceOf(StartupFailure.class);
            return String.valueOf(failure.getMessage());
        }
    }

    /** How the application fails; no part of it shows a secret. */
    private static String failure(InferenceKeyConfig config) {
        Throwable failure = catchThrowable(() -> new Connection(config));
        assertThat(failure).isInstanceOf(StartupFailure.class);
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        assertThat(text.toString()).doesNotContain(SECRET);
        return String.valueOf(failure.getMessage());
    }
}
