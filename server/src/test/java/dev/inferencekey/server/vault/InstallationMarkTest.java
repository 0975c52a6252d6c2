package dev.inferencekey.server.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class InstallationMarkTest {
    @Test
    void allNodesOfAnInstallationHaveTheSameMarkAndOthersAnotherOne() {
        assertThat(InstallationMark.of(key(1))).matches("[0-9a-f]{16}").isEqualTo(InstallationMark.of(key(1)));
        assertThat(InstallationMark.of(key(1))).isNotEqualTo(InstallationMark.of(key(2)));
    }

    private static SecretKey key(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new SecretKeySpec(bytes, "AES");
    }
}
