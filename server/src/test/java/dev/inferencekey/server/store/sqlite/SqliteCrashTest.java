package dev.inferencekey.server.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.AccessChangeLog.Entry;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.store.StoreData;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} at any moment. */
@Tag("slow")
final class SqliteCrashTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(240)
    void servesEverythingThatWasAcknowledgedAndNothingByHalvesAfterAKill() throws Exception {
        Path file = folder.resolve("inferencekey.db");
        Position begun;
        try (SqliteStore store = SqliteStore.open(file)) {
            StoreData.fill(store);
            begun = store.write(s -> {
                s.accessChanges().append(Subject.API_KEY, "key_0");
                return s.accessChanges().last();
            });
        }
        Random random = new Random(9);
        List<String> acknowledged = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            acknowledged.addAll(writeUntilKilled(file, "wl_" + round + "_", 1 + random.nextInt(60)));

            try (SqliteStore store = SqliteStore.open(file)) {
                List<String> found = store
                        .<List<Workload>>read(s -> s.workloads().all())
                        .stream()
                        .map(Workload::id)
                        .toList();
                List<String> logged =
                        store
                                .<List<Entry>>read(s ->
                                        s.accessChanges().after(begun, 100_000).orElseThrow())
                                .stream()
                                .map(Entry::id)
                                .toList();

                assertThat(found).containsAll(acknowledged);
                assertThat(logged).containsExactlyInAnyOrderElementsOf(found);
            }
        }
    }

    @Test
    @Timeout(240)
    void countsEachRequestOnceHoweverOftenItIsKilledWhileItSumsUp() throws Exception {
        Path file = folder.resolve("inferencekey.db");
        try (SqliteStore store = SqliteStore.open(file)) {
            StoreData.fill(store);
        }
        Random random = new Random(10);
        long atLeast = 0;
        for (int round = 0; round < 4; round++) {
            int imports = writeUntilKilled(
                            UsageWriterProcess.class, file, Integer.toString(round), 1 + random.nextInt(60))
                    .size();
            atLeast += 20L * imports;

            try (SqliteStore store = SqliteStore.open(file)) {
                long before = requests(store);
                while (store.<Boolean>write(s -> s.usageSums().rollUp("acme", StoreData.NOW, 1_000))) {
                    // Until nothing is left to be repaired.
                }
                long after = requests(store);

                // A batch is there as a whole or not at all, and late ones count from when they are repaired on.
                assertThat(after % 20).isZero();
                assertThat(after).isBetween(Math.max(atLeast, before), atLeast + 20L * 2 * (round + 1));
                assertThat(after).isGreaterThanOrEqualTo(before);
            }
        }
    }

    private static long requests(SqliteStore store) {
        UsageQuery query = new UsageQuery(
                StoreData.NOW.minus(Duration.ofDays(100)),
                StoreData.NOW.plus(Duration.ofDays(100)),
                UsageFilter.ALL,
                null,
                1);
        return store.read(s -> s.usage().breakdown("acme", query))
                .lines()
                .getFirst()
                .total()
                .requests();
    }

    private static List<String> writeUntilKilled(Path file, String prefix, int enough) throws IOException {
        return writeUntilKilled(WriterProcess.class, file, prefix, enough);
    }

    private static List<String> writeUntilKilled(Class<?> program, Path file, String prefix, int enough)
            throws IOException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        file.toString(),
                        prefix)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader lines = writer.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged.add(line);
                if (acknowledged.size() == enough) {
                    // Through the handle, which leaves what was printed to be read.
                    writer.toHandle().destroyForcibly();
                }
            }
        } finally {
            writer.destroyForcibly();
        }
        writer.onExit().join();
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(enough);
        // The kill may have cut the last line off.
        return acknowledged.subList(0, acknowledged.size() - 1);
    }
}
