package dev.inferencekey.server.store.sqlite;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.NOW;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.store.StoreData;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Imports usage, sums it up and forgets it for ever, in a process of its own, and prints a line after each import. */
final class UsageWriterProcess {
    private UsageWriterProcess() {}

    /** Arguments: the database file, and a number that is another one each time. */
    public static void main(String[] args) {
        int run = Integer.parseInt(args[1]);
        Random random = new Random(run);
        Instant start = NOW.plus(Duration.ofDays(run));
        try (SqliteStore store = SqliteStore.open(Path.of(args[0]))) {
            for (int i = 0; ; i++) {
                Instant now = start.plus(Duration.ofMinutes(i));
                List<UsageRecord> batch = new ArrayList<>();
                for (int j = 0; j < 20; j++) {
                    // One in four comes late, up to nearly what is kept: older ones are not taken.
                    Duration late = Duration.ofMinutes(j % 4 == 0 ? random.nextInt(1_400) : 0);
                    batch.add(StoreData.usage(
                            "use_" + run + "_" + i + "_" + j, ACME, "bot", "key_" + j % 3, now.minus(late)));
                }
                store.write(s -> {
                    s.usage().append(batch);
                    return true;
                });
                System.out.println(i);
                store.write(s -> s.usageSums().rollUp("acme", now, 50));
                store.write(s -> s.usageSums()
                        .forget("acme", now.minus(Duration.ofDays(1)), now.minus(Duration.ofDays(300)), 30));
            }
        }
    }
}
