package dev.inferencekey.server.domain.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretDigestTest {
    private static byte[] random(long seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void matchesItsOwnBytesAndNoneThatDiffersInOneBit(long seed) {
        byte[] bytes = random(seed);
        SecretDigest digest = SecretDigest.of(bytes);
        assertThat(digest.matches(bytes)).isTrue();
        for (int bit = 0; bit < 256; bit++) {
            byte[] other = bytes.clone();
            other[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(digest.matches(other)).isFalse();
            assertThat(SecretDigest.of(other)).isNotEqualTo(digest);
        }
    }

    @Test
    void givesBackWhatItWasMadeOf() {
        byte[] bytes = random(5);
        SecretDigest digest = SecretDigest.of(bytes);
        assertThat(digest.bytes()).isEqualTo(bytes);
        assertThat(SecretDigest.of(digest.bytes())).isEqualTo(digest).hasSameHashCodeAs(digest);
        bytes[0]++;
        assertThat(digest.matches(bytes)).isFalse();
    }

    @Test
    void hasThirtyTwoBytes() {
        assertThatIllegalArgumentException().isThrownBy(() -> SecretDigest.of(new byte[31]));
        assertThat(SecretDigest.of(new byte[32]).matches(new byte[33])).isFalse();
        assertThat(SecretDigest.of(new byte[32]).matches(new byte[0])).isFalse();
    }

    @Test
    void showsNothing() {
        assertThat(SecretDigest.of(random(6))).hasToString("SecretDigest");
    }
}
