package dev.inferencekey.contract.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.contract.Golden;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;

class CredentialTest {
    private static final Pattern SDK = Pattern.compile("ik_sdk_[0-9a-f]{8}_[0-9a-f]{64}");
    private static final Pattern LIVE = Pattern.compile("ik_live_[0-9a-f]{8}_[0-9a-f]{64}");

    static List<Map<String, @Nullable Object>> valid() {
        return Golden.asTable(Golden.object("credentials.json").get("valid"));
    }

    static List<String> invalid() {
        return Golden.asTexts(Golden.object("credentials.json").get("invalid"));
    }

    static List<Map<String, @Nullable Object>> checksums() {
        return Golden.asTable(Golden.object("credentials.json").get("checksums"));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void readsACredentialOfItsOwnKindOnly(Map<String, @Nullable Object> row) {
        String text = Golden.text(row, "text");
        boolean isSdk = Golden.text(row, "kind").equals("sdk");

        assertThat(SdkToken.parse(text).isPresent()).isEqualTo(isSdk);
        assertThat(LiveKey.parse(text).isPresent()).isEqualTo(!isSdk);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void givesPublicIdHashChecksumAndTextBack(Map<String, @Nullable Object> row) {
        Parts parts = Parts.of(Golden.text(row, "text"));

        assertThat(parts.publicId()).isEqualTo(Golden.text(row, "public_id"));
        assertThat(parts.sha256()).isEqualTo(Golden.text(row, "secret_sha256"));
        assertThat(parts.hasChecksum()).isEqualTo(Golden.flag(row, "has_checksum"));
        assertThat(parts.revealed()).isEqualTo(Golden.text(row, "text"));
        assertThat(parts.redacted()).isEqualTo(Golden.text(row, "redacted"));
        assertThat(parts.shown()).isEqualTo(Golden.text(row, "redacted"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refusesAllElse(String text) {
        assertThat(SdkToken.parse(text)).isEmpty();
        assertThat(LiveKey.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("checksums")
    void aWrongChecksumIsNoticedAndStillReads(Map<String, @Nullable Object> row) {
        String right = Golden.text(row, "checksum");
        String wrong = (right.charAt(0) == '0' ? '1' : '0') + right.substring(1);
        String start = LiveKey.PREFIX + "a1b2c3d4_" + Golden.text(row, "random_part");

        assertThat(LiveKey.parse(start + right).orElseThrow().hasChecksum()).isTrue();
        assertThat(LiveKey.parse(start + wrong).orElseThrow().hasChecksum()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void acceptsExactlyWhatThePublishedExpressionAccepts(long seed) {
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = almostCredential(random);
            assertThat(SdkToken.parse(text).isPresent())
                    .as(text)
                    .isEqualTo(SDK.matcher(text).matches());
            assertThat(LiveKey.parse(text).isPresent())
                    .as(text)
                    .isEqualTo(LIVE.matcher(text).matches());
            accepted += SDK.matcher(text).matches() || LIVE.matcher(text).matches() ? 1 : 0;
        }
        assertThat(accepted).as("the generator must make both kinds of text").isBetween(2_000, 18_000);
    }

    @Test
    void mintsDifferentCredentialsThatReadBackAndCarryTheChecksum() {
        Random random = new Random(11);
        List<String> tokens = Stream.generate(() -> SdkToken.mint(random))
                .limit(500)
                .map(SdkToken::reveal)
                .toList();
        List<String> keys = Stream.generate(() -> LiveKey.mint(random))
                .limit(500)
                .map(LiveKey::reveal)
                .toList();

        assertThat(tokens).doesNotHaveDuplicates().allSatisfy(text -> {
            assertThat(SdkToken.parse(text)).map(SdkToken::hasChecksum).contains(true);
        });
        assertThat(keys).doesNotHaveDuplicates().allSatisfy(text -> {
            assertThat(LiveKey.parse(text)).map(LiveKey::hasChecksum).contains(true);
        });
    }

    @Test
    void everyBitOfTheSecretAndThePublicIdComesFromTheGenerator() {
        LiveKey zero = LiveKey.mint(new ConstantBytes((byte) 0));
        LiveKey ones = LiveKey.mint(new ConstantBytes((byte) 0xff));

        assertThat(zero.reveal()).startsWith("ik_live_00000000_" + "0".repeat(56));
        assertThat(ones.reveal()).startsWith("ik_live_ffffffff_" + "f".repeat(56));
    }

    @Test
    void areEqualByTheirWholeTextOnly() {
        String text = Golden.text(valid().get(0), "text");
        SdkToken token = SdkToken.parse(text).orElseThrow();
        SdkToken otherSecret =
                SdkToken.parse(text.substring(0, text.length() - 1) + "0").orElseThrow();
        LiveKey key = LiveKey.parse(text.replace("ik_sdk_", "ik_live_")).orElseThrow();

        assertThat(token).isEqualTo(SdkToken.parse(text).orElseThrow());
        assertThat(token).hasSameHashCodeAs(SdkToken.parse(text).orElseThrow());
        assertThat(token).isNotEqualTo(otherSecret).isNotEqualTo(null);
        assertThat(token.equals((Object) key)).isFalse();
        assertThat(key.equals((Object) token)).isFalse();
    }

    @Test
    void theTwoKindsShareNoTypeButObject() {
        assertThat(SdkToken.class.getSuperclass()).isEqualTo(Object.class);
        assertThat(LiveKey.class.getSuperclass()).isEqualTo(Object.class);
        assertThat(SdkToken.class.getInterfaces()).isEmpty();
        assertThat(LiveKey.class.getInterfaces()).isEmpty();
        assertThat(Modifier.isFinal(SdkToken.class.getModifiers())).isTrue();
        assertThat(Modifier.isFinal(LiveKey.class.getModifiers())).isTrue();
        assertThat(Modifier.isPublic(CredentialText.class.getModifiers())).isFalse();
    }

    @Test
    void nothingTurnsOneKindIntoTheOther() {
        assertThat(mentionedBy(SdkToken.class)).doesNotContain(LiveKey.class, CredentialText.class);
        assertThat(mentionedBy(LiveKey.class)).doesNotContain(SdkToken.class, CredentialText.class);
        assertThat(SdkToken.class.getConstructors()).isEmpty();
        assertThat(LiveKey.class.getConstructors()).isEmpty();
    }

    @Test
    void revealsItselfOnlyWhereAsked() {
        SdkToken token = SdkToken.mint(new Random(3));
        LiveKey key = LiveKey.mint(new Random(4));
        record Holder(SdkToken token, Optional<LiveKey> key) {}

        String seen = String.join(
                "\n",
                token.toString(),
                key.toString(),
                token.redacted(),
                new Holder(token, Optional.of(key)).toString(),
                List.of(token, key).toString(),
                String.format(Locale.ROOT, "%s %s", token, key),
                new ObjectMapper().writeValueAsString(Map.of("token", token, "key", key)),
                stackTrace(catchThrowable(() -> assertThat(token).isEqualTo(SdkToken.mint(new Random(5))))),
                Redaction.scrub("Authorization: Bearer " + token.reveal()));

        assertThat(windowsOf(secretOf(token.reveal()))).noneMatch(seen::contains);
        assertThat(windowsOf(secretOf(key.reveal()))).noneMatch(seen::contains);
        assertThat(seen).contains(token.redacted(), key.redacted());
    }

    @Test
    void canNotBeSerializedByJava() {
        assertThat(Serializable.class.isAssignableFrom(SdkToken.class)).isFalse();
        assertThat(Serializable.class.isAssignableFrom(LiveKey.class)).isFalse();
    }

    static String secretOf(String credential) {
        return credential.substring(credential.length() - 64);
    }

    /** Every run of 8 characters of the secret: none of them may be seen anywhere. */
    static List<String> windowsOf(String secret) {
        return IntStream.rangeClosed(0, secret.length() - 8)
                .mapToObj(i -> secret.substring(i, i + 8))
                .toList();
    }

    private static List<Class<?>> mentionedBy(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !method.getDeclaringClass().equals(Object.class))
                .flatMap(CredentialTest::typesOf)
                .toList();
    }

    private static Stream<Class<?>> typesOf(Method method) {
        return Stream.concat(Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()));
    }

    private static String stackTrace(@Nullable Throwable thrown) {
        assertThat(thrown).isNotNull();
        StringWriter out = new StringWriter();
        if (thrown != null) {
            thrown.printStackTrace(new PrintWriter(out));
        }
        return out.toString();
    }

    /** A credential, changed in none or a few places. */
    private static String almostCredential(Random random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "ik_sdk_" : "ik_live_");
        for (int i = 0; i < 73; i++) {
            text.append(i == 8 ? '_' : HexFormat.of().toHighHexDigit(random.nextInt()));
        }
        String replacements = "0123456789abcdefABCDEFg_-` /:\n\0@G\u0660\uff11\u0430\u212a";
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(text.length());
            char replacement = replacements.charAt(random.nextInt(replacements.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, replacement);
                default -> text.setCharAt(at, replacement);
            }
        }
        return text.toString();
    }

    /** One view of both kinds, for the tests alone. */
    private record Parts(
            String publicId, String sha256, boolean hasChecksum, String revealed, String redacted, String shown) {
        static Parts of(String text) {
            HexFormat hex = HexFormat.of();
            return SdkToken.parse(text)
                    .map(t -> new Parts(
                            t.publicId(),
                            hex.formatHex(t.secretSha256()),
                            t.hasChecksum(),
                            t.reveal(),
                            t.redacted(),
                            t.toString()))
                    .or(() -> LiveKey.parse(text)
                            .map(k -> new Parts(
                                    k.publicId(),
                                    hex.formatHex(k.secretSha256()),
                                    k.hasChecksum(),
                                    k.reveal(),
                                    k.redacted(),
                                    k.toString())))
                    .orElseThrow();
        }
    }

    private static final class ConstantBytes extends Random {
        private static final long serialVersionUID = 1;
        private final byte value;

        ConstantBytes(byte value) {
            this.value = value;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, value);
        }
    }
}
