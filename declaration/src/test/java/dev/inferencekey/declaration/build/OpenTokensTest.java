package dev.inferencekey.declaration.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenTokensTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void aFileWithACredentialIsRefusedWhateverItsEncoding() throws Exception {
        Path file = folder.resolve("build.gradle");
        byte[] text = "x = 'ik_live_abcdef123'".getBytes(StandardCharsets.US_ASCII);
        byte[] content = new byte[text.length + 1];
        content[0] = (byte) 0xe9;
        System.arraycopy(text, 0, content, 1, text.length);
        Files.write(file, content);
        assertThatThrownBy(() -> OpenTokens.refuse(file))
                .isInstanceOf(WorkloadBuildException.class)
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining("abcdef");
    }

    @Test
    void filesThatSpeakOfTokensOrAreNotThereAreFine() throws Exception {
        OpenTokens.refuse(folder.resolve("none"));
        OpenTokens.refuse(Files.writeString(folder.resolve("README"), "the prefix ik_sdk_ stands before it"));
        assertThat(OpenTokens.isIn("ik_sdk_…")).isFalse();
    }
}
