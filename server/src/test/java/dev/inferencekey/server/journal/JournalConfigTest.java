package dev.inferencekey.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class JournalConfigTest {
    private static final Path FOLDER = Path.of("/data/journal");

    @Test
    void hasFilesOfFourMebibytesAndAGibibyteOfThemByDefault() {
        assertThat(JournalConfig.defaults(FOLDER))
                .isEqualTo(new JournalConfig(FOLDER, 4 << 20, 1L << 30, Duration.ofSeconds(1)));
    }

    @Test
    void everythingCanBeSet() {
        assertThat(JournalConfig.defaults(FOLDER)
                        .withSegmentBytes(1 << 20)
                        .withMaxBytes(1L << 40)
                        .withForceInterval(Duration.ofMillis(10)))
                .isEqualTo(new JournalConfig(FOLDER, 1 << 20, 1L << 40, Duration.ofMillis(10)));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        JournalConfig defaults = JournalConfig.defaults(FOLDER);
        assertThatThrownBy(() -> defaults.withSegmentBytes(4096)).hasMessageContaining("64 KiB to 1 GiB");
        assertThatThrownBy(() -> defaults.withSegmentBytes((1 << 20) + 1)).hasMessageContaining("pages of 4 KiB");
        assertThatThrownBy(() -> defaults.withMaxBytes(5 << 20)).hasMessageContaining("room for two segments");
        assertThatThrownBy(() -> defaults.withForceInterval(Duration.ZERO)).hasMessageContaining("must be positive");
    }
}
