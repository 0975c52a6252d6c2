package dev.inferencekey.server.background.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.usage.JournalImport.Imported;
import dev.inferencekey.server.domain.inference.TestUsage;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.journal.JournalConfig;
import dev.inferencekey.server.journal.MappedUsageJournal;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalImportTest {
    private static final Instant AT = Fixtures.CREATED.plusSeconds(60);

    @TempDir
    Path folder;

    private final BreakableStore store = TestStores.sqlite();

    @BeforeEach
    void project() {
        Fixtures.project(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void bringsWhatAKilledNodeLeftAtThePriceOfItsTime() throws IOException {
        setPrice(1_000, AT.minusSeconds(1));
        setPrice(9_000, AT.plus(Duration.ofHours(1)));
        Path left = leftBehind(2_500);

        assertThat(imported(left)).isEqualTo(new Imported(2_500, 0));

        assertThat(totals()).singleElement().satisfies(total -> {
            assertThat(total.requests()).isEqualTo(2_500);
            assertThat(total.inputTokens()).isEqualTo(2_500 * 4);
            assertThat(total.costNanoUsd()).isEqualTo(2_500 * 4);
        });
        assertThat(imported(left)).as("nothing is left").isEqualTo(new Imported(0, 0));
    }

    @Test
    void goesOnWhereItWasBrokenOffAndCountsNothingTwice() throws IOException {
        Path left = leftBehind(2_500);
        Path copy = copy(left, "second-copy");
        store.failWith("the database can't be reached");
        assertThatThrownBy(() -> imported(left)).isInstanceOf(StoreUnavailableException.class);
        store.recover();

        assertThat(imported(left)).isEqualTo(new Imported(2_500, 0));
        assertThat(imported(copy)).isEqualTo(new Imported(2_500, 0));

        assertThat(totals())
                .singleElement()
                .satisfies(total -> assertThat(total.requests()).isEqualTo(2_500));
    }

    @Test
    void whatWasForgottenMeanwhileIsNotCountedTwiceAndIsTold() throws IOException {
        Path left = leftBehind(20);
        Path copy = copy(left, "second-copy");
        assertThat(imported(left)).isEqualTo(new Imported(20, 0));
        Instant later = AT.plus(Duration.ofDays(100));
        store.append(session -> session.usageSums().rollUp("acme", later, 1_000));
        store.append(session -> session.usageSums()
                .forget("acme", later.minus(Duration.ofDays(90)), later.minus(Duration.ofDays(400)), 1_000));

        assertThat(imported(copy)).isEqualTo(new Imported(20, 20));
        store.append(session -> session.usageSums().rollUp("acme", later, 1_000));

        assertThat(totals())
                .singleElement()
                .satisfies(total -> assertThat(total.requests()).isEqualTo(20));
    }

    private Imported imported(Path journalFolder) {
        try (MappedUsageJournal journal = MappedUsageJournal.open(JournalConfig.defaults(journalFolder))) {
            return JournalImport.run(journal, store, Fixtures.ids(), InstantSource.system());
        }
    }

    /** The files of a journal as they are while its node runs, and so when it is killed. */
    private Path leftBehind(int records) throws IOException {
        try (MappedUsageJournal journal = MappedUsageJournal.open(JournalConfig.defaults(folder.resolve("node")))) {
            for (int i = 0; i < records; i++) {
                assertThat(journal.append(record("use_" + i))).isTrue();
            }
            return copy(folder.resolve("node"), "lost");
        }
    }

    private Path copy(Path from, String name) throws IOException {
        Path to = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(from)) {
            // The next segment is made beside the others, and gets its name when it is ready: until then it is no part
            // of the journal.
            for (Path file : files.filter(file -> !file.endsWith("segment.new")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private void setPrice(long picoUsd, Instant since) {
        store.write(session -> session.prices().put("proj_1", "bot", new TokenPrice(picoUsd, null, 0), since));
    }

    private List<Total> totals() {
        return store.read(session -> session.usage().totals("acme", AT.minusSeconds(1), AT.plusSeconds(1)));
    }

    private static UsageRecord record(String id) {
        return TestUsage.of(id, AT).tokens(4L, 2L).record();
    }
}
