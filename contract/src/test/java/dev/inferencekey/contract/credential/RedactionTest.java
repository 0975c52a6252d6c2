package dev.inferencekey.contract.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    static List<Map<String, @Nullable Object>> redact() {
        return Golden.asTable(Golden.object("credentials.json").get("redact"));
    }

    static List<Map<String, @Nullable Object>> scrub() {
        return Golden.asTable(Golden.object("credentials.json").get("scrub"));
    }

    static List<Map<String, @Nullable Object>> carries() {
        return Golden.asTable(Golden.object("credentials.json").get("carries"));
    }

    @ParameterizedTest
    @MethodSource("redact")
    void showsThePublicIdOfACredentialAndNothingOfAnythingElse(Map<String, @Nullable Object> row) {
        assertThat(Redaction.redact(Golden.text(row, "text"))).isEqualTo(Golden.text(row, "redacted"));
    }

    @Test
    void showsAMissingCredentialAsUnreadable() {
        assertThat(Redaction.redact(null)).isEqualTo("ik…");
    }

    @ParameterizedTest
    @MethodSource("scrub")
    void hidesCredentialsInsideTexts(Map<String, @Nullable Object> row) {
        assertThat(Redaction.scrub(Golden.text(row, "text"))).isEqualTo(Golden.text(row, "scrubbed"));
    }

    @ParameterizedTest
    @MethodSource("scrub")
    void scrubbingTwiceChangesNothingMore(Map<String, @Nullable Object> row) {
        String once = Golden.text(row, "scrubbed");

        assertThat(Redaction.scrub(once)).isEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource({
        "GET http://bob:hunter2@host/x failed,GET http://…@host/x failed",
        "https://token@host:8443,https://…@host:8443",
        "a://b:c@d and e://f@g,a://…@d and e://…@g",
        "http://host/path@home,http://host/path@home",
        "mail bob@example.com,mail bob@example.com"
    })
    void hidesWhoSignsInToAnAddress(String text, String scrubbed) {
        assertThat(Redaction.scrub(text)).isEqualTo(scrubbed);
        assertThat(Redaction.scrub(scrubbed)).isEqualTo(scrubbed);
    }

    @ParameterizedTest
    @MethodSource("carries")
    void findsFullCredentialsAnywhereInATextTheSameOnEveryJava(Map<String, @Nullable Object> row) {
        assertThat(Redaction.carriesCredential(Golden.text(row, "text"))).isEqualTo(Golden.flag(row, "carries"));
    }

    @Test
    void whatIsFoundIsAlsoHidden() {
        for (Map<String, @Nullable Object> row : carries()) {
            assertThat(Redaction.carriesCredential(Redaction.scrub(Golden.text(row, "text"))))
                    .isFalse();
        }
    }

    @Test
    void recognizesTheStartOfACredential() {
        assertThat(Redaction.startsLikeCredential("ik_sdk_")).isTrue();
        assertThat(Redaction.startsLikeCredential("ik_live_x")).isTrue();
        assertThat(Redaction.startsLikeCredential("ik_live")).isFalse();
        assertThat(Redaction.startsLikeCredential(" ik_live_")).isFalse();
        assertThat(Redaction.startsLikeCredential("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noPartOfASecretSurvivesScrubbing(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            List<String> secrets = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(4); n >= 0; n--) {
                String credential = random.nextBoolean()
                        ? SdkToken.mint(random).reveal()
                        : LiveKey.mint(random).reveal();
                secrets.add(CredentialTest.secretOf(credential));
                text.append(filler(random)).append(disguised(credential, random));
            }
            String scrubbed = Redaction.scrub(text.append(filler(random)).toString());

            String lower = scrubbed.toLowerCase(Locale.ROOT);
            for (String secret : secrets) {
                assertThat(CredentialTest.windowsOf(secret)).as(scrubbed).noneMatch(lower::contains);
            }
            assertThat(Redaction.scrub(scrubbed)).isEqualTo(scrubbed);
        }
    }

    @Test
    void aHugeTextOfAlmostCredentialsIsScrubbedInLinearTime() {
        String text = "ik_sdk_".repeat(200_000) + "ik_live_" + "a".repeat(2_000_000);

        assertThat(Redaction.scrub(text)).hasSize(200_000 * 7 + "ik…".length());
    }

    /** Whole, cut off behind, in other case, or with more behind it. */
    private static String disguised(String credential, Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> credential.substring(0, credential.length() - 1 - random.nextInt(63));
            case 1 -> credential.toUpperCase(Locale.ROOT);
            case 2 -> credential + Integer.toHexString(random.nextInt());
            case 3 -> "\"" + credential + "\"";
            default -> credential;
        };
    }

    private static String filler(Random random) {
        String[] fillers = {
            "", " ", "ik_", "_", "é", "x", "\n", "…", "ik_sdk_", "Bearer ", "$1\\", "0a", "ik_live_a1b2c3d4…"
        };
        return fillers[random.nextInt(fillers.length)];
    }
}
