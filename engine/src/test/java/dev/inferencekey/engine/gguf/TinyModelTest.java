package dev.inferencekey.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tiny model's file, and the reading of files that are damaged in every way. */
final class TinyModelTest {
    @TempDir
    private Path folder;

    @Test
    void theSameSeedGivesTheSameBytesOnEveryMachine() throws Exception {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file);

        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(HexFormat.of().formatHex(digest))
                .isEqualTo("dd21d7677ae1a8760bfcf9dbe32cfc351d2d03a2c8cac3bbdb0c5a893fa80644");
        assertThat(Files.size(file)).isLessThan(400_000);
    }

    @Test
    void anotherSeedGivesAnotherModel() throws IOException {
        Path one = folder.resolve("one.gguf");
        Path two = folder.resolve("two.gguf");
        TinyModel.write(one, 1);
        TinyModel.write(two, 2);

        assertThat(Files.mismatch(one, two)).isPositive();
    }

    @Test
    void writingReplacesAFileAndLeavesNothingElse() throws IOException {
        Path file = folder.resolve("deep/er/tiny.gguf");
        TinyModel.write(file, 1);
        TinyModel.write(file, 2);

        try (var files = Files.list(folder.resolve("deep/er"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void theHeaderTellsWhatTheEngineMustKnow() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file);

        GgufHeader header = GgufHeader.read(file);

        assertThat(header.architecture()).isEqualTo("llama");
        assertThat(header.contextLength()).hasValue(4096);
        assertThat(header.addedTokens()).isEqualTo(1);
        assertThat(header.poolingType()).isEmpty();
        assertThat(header.hasClassifier()).isFalse();
        assertThat(header.tensorNames()).hasSize(1 + 2 * 9 + 2);
        assertThat(header.longestToken()).isGreaterThan(8);
    }

    @Test
    void aFileCutOffAnywhereInItsHeaderIsRefusedWithASentence() throws IOException {
        byte[] whole = whole();
        Path file = folder.resolve("cut.gguf");
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            Files.write(file, Arrays.copyOf(whole, random.nextInt(30_000)));

            assertThatThrownBy(() -> GgufHeader.read(file))
                    .isInstanceOf(GgufFormatException.class)
                    .hasMessageEndingWith(".");
        }
    }

    @Test
    void aFileWithDamagedBytesIsReadOrRefusedButNeverBreaksTheReader() throws IOException {
        byte[] whole = whole();
        Path file = folder.resolve("damaged.gguf");
        Random random = new Random(4);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int flips = 0; flips < 20; flips++) {
                damaged[random.nextInt(4, 8_000)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            try {
                GgufHeader.read(file);
            } catch (GgufFormatException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aFolderIsNoModel() {
        assertThatThrownBy(() -> GgufHeader.read(folder))
                .isInstanceOf(GgufFormatException.class)
                .hasMessageContaining("folder");
    }

    private byte[] whole() throws IOException {
        Path file = folder.resolve("whole.gguf");
        TinyModel.write(file);
        return Files.readAllBytes(file);
    }
}
