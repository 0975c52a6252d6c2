package dev.inferencekey.server.journal;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the journal keeps its files. Immutable; the {@code with…} methods give changed copies.
 *
 * @param folder made if it does not exist, readable for its owner alone
 * @param segmentBytes size of one file, 64 KiB to 1 GiB, 4 MiB by default: some 15,000 records
 * @param maxBytes bound on all files together, at least two segments, 1 GiB by default: some 4 million records
 * @param forceInterval how long a record that the store does not take stays in the system's cache alone before it is forced to the
 *     disk, 1 s by default. It matters for a power cut only: the end of the process loses nothing.
 */
public record JournalConfig(Path folder, int segmentBytes, long maxBytes, Duration forceInterval) {
    static final int SMALLEST_SEGMENT = 64 * 1024;
    static final int LARGEST_SEGMENT = 1024 * 1024 * 1024;

    private static final int PAGE = 4096;

    public JournalConfig {
        if (segmentBytes < SMALLEST_SEGMENT || segmentBytes > LARGEST_SEGMENT || segmentBytes % PAGE != 0) {
            throw new IllegalArgumentException(
                    "a journal segment must have 64 KiB to 1 GiB in pages of 4 KiB, has " + segmentBytes + " bytes");
        }
        if (maxBytes < 2L * segmentBytes) {
            throw new IllegalArgumentException(
                    "the journal must have room for two segments of " + segmentBytes + " bytes, has " + maxBytes);
        }
        if (!forceInterval.isPositive()) {
            throw new IllegalArgumentException("the force interval must be positive, is " + forceInterval);
        }
    }

    public static JournalConfig defaults(Path folder) {
        return new JournalConfig(folder, 4 * 1024 * 1024, 1024L * 1024 * 1024, Duration.ofSeconds(1));
    }

    public JournalConfig withSegmentBytes(int segmentBytes) {
        return new JournalConfig(folder, segmentBytes, maxBytes, forceInterval);
    }

    public JournalConfig withMaxBytes(long maxBytes) {
        return new JournalConfig(folder, segmentBytes, maxBytes, forceInterval);
    }

    public JournalConfig withForceInterval(Duration forceInterval) {
        return new JournalConfig(folder, segmentBytes, maxBytes, forceInterval);
    }
}
