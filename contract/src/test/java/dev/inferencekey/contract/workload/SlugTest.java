package dev.inferencekey.contract.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.Golden;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlugTest {
    private final Locale before = Locale.getDefault();

    static List<Map<String, @Nullable Object>> slugs() {
        return Golden.table("slugs.json");
    }

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    @ParameterizedTest
    @MethodSource("slugs")
    void hasOneCanonicalForm(Map<String, @Nullable Object> row) {
        assertThat(Slug.canonical(Golden.text(row, "text"))).isEqualTo(Golden.text(row, "canonical"));
    }

    @ParameterizedTest
    @MethodSource("slugs")
    void aTextIsCanonicalIfItIsItsOwnCanonicalForm(Map<String, @Nullable Object> row) {
        String text = Golden.text(row, "text");

        assertThat(Slug.isCanonical(text)).isEqualTo(!text.isEmpty() && text.equals(Golden.text(row, "canonical")));
    }

    @Test
    void doesNotDependOnTheMachinesLanguage() {
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));

        assertThat(Slug.canonical("TITLE I")).isEqualTo("title-i");
    }

    @Test
    void acceptsOnlySoManyCharacters() {
        assertThat(Slug.isCanonical("a".repeat(Slug.MAX_LENGTH))).isTrue();
        assertThat(Slug.isCanonical("a".repeat(Slug.MAX_LENGTH + 1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void isSettledAtOnceAndAlwaysFitsIntoAPath(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = anyText(random);
            String slug = Slug.canonical(text);

            assertThat(slug).as(text).matches("([a-z0-9]+(-[a-z0-9]+)*)?");
            assertThat(Slug.canonical(slug)).isEqualTo(slug);
            assertThat(Slug.canonical("- " + text + "!!")).as(text).isEqualTo(slug);
            assertThat(Slug.isCanonical(slug)).isEqualTo(!slug.isEmpty());
        }
    }

    private static String anyText(Random random) {
        int[] codePoints = random.ints(random.nextInt(24), 0, 8)
                .map(kind -> switch (kind) {
                    case 0, 1 -> 'a' + random.nextInt(26);
                    case 2 -> 'A' + random.nextInt(26);
                    case 3 -> '0' + random.nextInt(10);
                    case 4 -> '-';
                    case 5 -> random.nextInt(0x80);
                    case 6 -> random.nextInt(0x3000);
                    default -> random.nextInt(Character.MAX_CODE_POINT + 1);
                })
                .toArray();
        return new String(codePoints, 0, codePoints.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "IK LIVE A1B2C3D4 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
                "(ik.sdk.a1b2c3d4.0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef)",
                "ik_live_a1b2c3d4_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void seesWhichTextsHideACredentialInTheirSlug(String text) {
        assertThat(Slug.hidesCredential(text)).isTrue();
        assertThat(Slug.hidesCredential(text.substring(0, text.length() / 2))).isFalse();
    }
}
