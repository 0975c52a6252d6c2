package dev.inferencekey.server.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AesGcmSecretCipherTest {
    private final SecureRandom random = new SecureRandom();
    private final AesGcmSecretCipher cipher = cipher();

    @ParameterizedTest
    @ValueSource(strings = {"", "sk-upstream", "geheim é 漢字 🔑"})
    void opensWhatItSealed(String secret) {
        assertThat(cipher.open(cipher.seal(secret, "project/name"), "project/name"))
                .isEqualTo(secret);
    }

    @Test
    void sealsTheSameSecretDifferentlyEachTimeAndHidesIt() {
        byte[] one = cipher.seal("sk-upstream", "c");
        byte[] other = cipher.seal("sk-upstream", "c");

        assertThat(one).isNotEqualTo(other);
        assertThat(new String(one, StandardCharsets.ISO_8859_1)).doesNotContain("upstream");
    }

    @Test
    void opensNothingUnderAnotherContext() {
        byte[] sealed = cipher.seal("sk-upstream", "project-a/name");

        assertThatThrownBy(() -> cipher.open(sealed, "project-b/name")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void opensNothingUnderAnotherKey() {
        byte[] sealed = cipher.seal("sk-upstream", "c");

        assertThatThrownBy(() -> cipher().open(sealed, "c"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("master.key");
    }

    @Test
    void noticesEverySingleChangedByteAndEveryCut() {
        byte[] sealed = cipher.seal("sk-upstream", "c");

        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> cipher.open(changed, "c")).isInstanceOf(IllegalStateException.class);
            byte[] cut = Arrays.copyOf(sealed, i);
            assertThatThrownBy(() -> cipher.open(cut, "c")).isInstanceOf(IllegalStateException.class);
        }
    }

    private AesGcmSecretCipher cipher() {
        byte[] key = new byte[32];
        random.nextBytes(key);
        return new AesGcmSecretCipher(new SecretKeySpec(key, "AES"), random);
    }
}
