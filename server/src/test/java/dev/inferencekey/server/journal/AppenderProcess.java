package dev.inferencekey.server.journal;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.nio.file.Path;

/** Appends from two threads until it is killed, and prints the number of each record once it is in the journal. */
final class AppenderProcess {
    private AppenderProcess() {}

    public static void main(String[] arguments) {
        MappedUsageJournal journal = MappedUsageJournal.open(
                JournalConfig.defaults(Path.of(arguments[0])).withSegmentBytes(64 * 1024));
        long first = Long.parseLong(arguments[1]);
        for (int t = 0; t < 2; t++) {
            int parity = t;
            Thread.ofPlatform().name("appender-" + t).start(() -> {
                for (long number = first + parity; ; number += 2) {
                    UsageRecord usage = Records.usage(number);
                    while (!journal.append(usage)) {
                        Thread.onSpinWait();
                    }
                    System.out.println(number);
                }
            });
        }
    }
}
