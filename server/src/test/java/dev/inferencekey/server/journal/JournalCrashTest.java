package dev.inferencekey.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} in the middle of many appends a millisecond. */
@Tag("slow")
final class JournalCrashTest {
    private static final long PER_ROUND = 10_000_000;

    @TempDir
    Path folder;

    @Test
    @Timeout(240)
    void holdsEveryRecordWholeThatWasAppendedBeforeAKillAndNoneTwice() throws Exception {
        Random random = new Random(11);
        for (int round = 0; round < 5; round++) {
            long first = round * PER_ROUND;
            Set<Long> appended = appendUntilKilled(first, 1 + random.nextInt(5_000));

            List<UsageRecord> found = new ArrayList<>();
            try (MappedUsageJournal journal =
                    MappedUsageJournal.open(JournalConfig.defaults(folder).withSegmentBytes(64 * 1024))) {
                for (List<UsageRecord> batch = journal.oldest(1_000); !batch.isEmpty(); batch = journal.oldest(1_000)) {
                    found.addAll(batch);
                    journal.release();
                }
            }

            Set<Long> numbers = new TreeSet<>();
            for (UsageRecord usage : found) {
                long number = usage.durationMicros() - 1_000;
                assertThat(usage).isEqualTo(Records.usage(number));
                assertThat(numbers.add(number)).as("%s is there once", number).isTrue();
            }
            assertThat(numbers).containsAll(appended).allMatch(number -> number >= first);
        }
    }

    private Set<Long> appendUntilKilled(long first, int enough) throws IOException {
        Process appender = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppenderProcess.class.getName(),
                        folder.toString(),
                        Long.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = appender.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (lines.size() == enough) {
                    // Through the handle, which leaves what was printed to be read.
                    appender.toHandle().destroyForcibly();
                }
            }
        } finally {
            appender.destroyForcibly();
        }
        appender.onExit().join();
        assertThat(lines).hasSizeGreaterThanOrEqualTo(enough);
        Set<Long> numbers = new TreeSet<>();
        // The kill may have cut the last line off.
        lines.subList(0, lines.size() - 1).forEach(line -> numbers.add(Long.parseLong(line)));
        return numbers;
    }
}
