package dev.inferencekey.server.journal;

import static dev.inferencekey.server.journal.Records.usage;
import static dev.inferencekey.server.journal.Records.usages;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.ports.usage.UsageJournal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class MappedUsageJournalTest implements UsageJournalContract {
    @TempDir
    Path temp;

    private Path folder;
    private MappedUsageJournal journal;

    @BeforeEach
    void open() {
        folder = temp.resolve("journal");
        journal = MappedUsageJournal.open(small(folder));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Override
    public UsageJournal journal() {
        return journal;
    }

    @Override
    public int fill() {
        return fill(journal, 0);
    }

    @Test
    void givesBackRecordsOfAllKindsAsTheyWere() {
        Random random = new Random(7);
        List<UsageRecord> all =
                Stream.generate(() -> Records.any(random)).limit(300).toList();

        all.forEach(this::appendPatiently);

        assertThat(journal.oldest(1_000)).isEqualTo(all);
    }

    @Test
    void cutsATextThatIsLongerThanAnyIsBetweenTwoCharacters() {
        UsageRecord usage = usage(1);
        UsageRecord huge = new UsageRecord(
                usage.id(),
                "模".repeat(100_000),
                usage.at(),
                "a".repeat(100_000),
                "",
                "",
                "",
                "",
                "",
                "",
                null,
                0,
                null,
                null,
                null,
                0,
                null,
                0,
                0,
                false,
                false,
                false,
                null,
                null,
                null);

        assertThat(journal.append(huge)).isTrue();

        UsageRecord read = journal.oldest(1).getFirst();
        assertThat(read.requestId()).isEqualTo("模".repeat(RecordWriter.MAX_TEXT_BYTES / 3));
        assertThat(read.projectSlug()).isEqualTo("a".repeat(RecordWriter.MAX_TEXT_BYTES));
    }

    @Test
    void whatWasAppendedIsThereAfterAKill() throws IOException {
        usages(0, 1_000).forEach(this::appendPatiently);

        try (MappedUsageJournal next = MappedUsageJournal.open(small(asAKillLeavesIt()))) {
            assertThat(next.oldest(2_000)).isEqualTo(usages(0, 1_000));
        }
    }

    @Test
    void whatWasReleasedBeforeAKillIsNotReadAgain() throws IOException {
        usages(0, 1_000).forEach(this::appendPatiently);
        journal.oldest(700);
        journal.release();
        journal.oldest(100);

        try (MappedUsageJournal next = MappedUsageJournal.open(small(asAKillLeavesIt()))) {
            assertThat(next.oldest(2_000)).isEqualTo(usages(700, 1_000));
        }
    }

    @Test
    void newRecordsComeAfterThoseOfEarlierRuns() throws IOException {
        usages(0, 10).forEach(journal::append);

        try (MappedUsageJournal second = MappedUsageJournal.open(small(asAKillLeavesIt()))) {
            usages(10, 20).forEach(second::append);
            assertThat(second.oldest(100)).isEqualTo(usages(0, 20));
        }
    }

    @Test
    void whatIsNotReleasedStaysWhenItIsClosed() {
        usages(0, 10).forEach(journal::append);
        journal.oldest(4);
        journal.release();

        journal.close();

        assertThat(journal.append(usage(99))).isFalse();
        assertThat(journal.roomLeft()).isFalse();
        assertThat(journal.oldest(1)).isEmpty();
        try (MappedUsageJournal second = MappedUsageJournal.open(small(folder))) {
            assertThat(second.oldest(100)).isEqualTo(usages(4, 10));
        }
    }

    @Test
    void nothingStaysWhenAllIsReleasedAndItIsClosed() throws IOException {
        usages(0, 1_000).forEach(this::appendPatiently);
        journal.oldest(1_000);
        journal.release();

        journal.close();
        journal.close();

        assertThat(files(folder)).isEmpty();
    }

    @Test
    void usesTheSameFewFilesAgainAndAgain() {
        for (int i = 0; i < 20_000; i += 100) {
            usages(i, i + 100).forEach(this::appendPatiently);
            assertThat(journal.oldest(1_000)).isEqualTo(usages(i, i + 100));
            journal.release();
        }

        await().untilAsserted(() -> assertThat(files(folder)).hasSizeLessThanOrEqualTo(3));
    }

    @Test
    void thereIsRoomAgainWhenTheStoreHasTakenWhatFilledIt() {
        int taken = fill();

        journal.oldest(taken / 2);
        journal.release();

        await().until(journal::roomLeft);
        int more = fill(journal, taken);
        assertThat(more).isPositive();
        assertThat(journal.oldest(taken + more)).isEqualTo(usages(taken / 2, taken + more));
    }

    @Test
    void staysWithinItsBound() throws IOException {
        fill();

        long bytes = 0;
        for (Path file : files(folder)) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isLessThanOrEqualTo(small(folder).maxBytes());
    }

    @Test
    void saysThatRoomRunsOutWhileRequestsUnderWayStillFindSome() {
        int appended = 0;
        while (journal.roomLeft()) {
            if (journal.append(usage(appended))) {
                appended++;
            }
        }
        // The bound may not be reached yet: the keeper is just making the next file.
        int further = fill(journal, appended);

        assertThat(further).isGreaterThan(20);
        assertThat(journal.oldest(appended + further)).hasSize(appended + further);
    }

    @Test
    void aFolderThatIsFullOfEarlierRunsIsReadBeforeThereIsRoom() throws IOException {
        int taken = fill();

        try (MappedUsageJournal next = MappedUsageJournal.open(small(asAKillLeavesIt()))) {
            assertThat(next.append(usage(taken))).isFalse();
            assertThat(next.oldest(taken)).isEqualTo(usages(0, taken));
            next.release();

            await().until(next::roomLeft);
            assertThat(next.append(usage(taken))).isTrue();
            assertThat(next.oldest(10)).containsExactly(usage(taken));
        }
    }

    @Test
    void nothingIsLostOrTwiceWithManyAppendersAndAReader() throws InterruptedException {
        int threads = 4;
        int each = 10_000;
        AtomicInteger running = new AtomicInteger(threads);
        List<Thread> appenders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int first = t * each;
            appenders.add(Thread.ofPlatform().name("appender-" + t).start(() -> {
                for (int i = first; i < first + each; i++) {
                    appendPatiently(usage(i));
                }
                running.decrementAndGet();
            }));
        }
        Set<UsageRecord> found = new HashSet<>();
        int read = 0;
        while (running.get() > 0 || !journal.oldest(1).isEmpty()) {
            List<UsageRecord> batch = journal.oldest(1_000);
            read += batch.size();
            found.addAll(batch);
            journal.release();
        }
        for (Thread appender : appenders) {
            appender.join();
        }

        assertThat(read).isEqualTo(threads * each);
        assertThat(found).isEqualTo(new HashSet<>(usages(0, threads * each)));
    }

    @Test
    void forcesToTheDiskWhatTheStoreDoesNotTake() {
        // There is no power to cut here; but that nothing breaks while files come and go can be seen.
        Path other = temp.resolve("forced");
        try (MappedUsageJournal forced =
                MappedUsageJournal.open(small(other).withForceInterval(Duration.ofMillis(1)))) {
            for (int i = 0; i < 5_000; i++) {
                appendPatiently(forced, usage(i));
                if (i % 50 == 49) {
                    forced.oldest(45);
                    forced.release();
                }
            }
            assertThat(forced.oldest(5_000)).isEqualTo(usages(4_500, 5_000));
        }
    }

    @Test
    void aDamagedFileIsReadUpToTheDamageAndThenSetAside() throws IOException {
        usages(0, 10).forEach(journal::append);
        Path left = asAKillLeavesIt();
        Path damaged = files(left).getFirst();
        try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
            file.seek(Segment.HEADER_BYTES + 1_000);
            file.write(new byte[] {1, 2, 3, 4});
        }

        try (MappedUsageJournal next = MappedUsageJournal.open(small(left))) {
            List<UsageRecord> found = next.oldest(100);
            assertThat(found).isNotEmpty().hasSizeLessThan(10).isEqualTo(usages(0, found.size()));
            assertThat(next.oldest(100)).isEqualTo(found);
            next.release();
            next.oldest(100);

            await().until(() ->
                    files(left).stream().anyMatch(file -> file.toString().endsWith(".usage.bad")));
            assertThat(damaged).doesNotExist();
        }
    }

    @Test
    void whatIsNoSegmentIsSetAsideAndNeverDeleted() throws IOException {
        Path left = temp.resolve("strange");
        Files.createDirectories(left);
        Files.createFile(name(left, 1));
        Files.write(name(left, 2), new byte[Segment.HEADER_BYTES]);
        Files.writeString(name(left, 3), "hello ".repeat(10_000));
        Files.createDirectory(name(left, 4));
        Files.createSymbolicLink(name(left, 5), Path.of("/etc/passwd"));
        try (RandomAccessFile huge = new RandomAccessFile(name(left, 6).toFile(), "rw")) {
            huge.setLength(1L << 40);
        }
        Files.createFile(left.resolve("000000000000000001.usage.bad"));
        Files.createFile(left.resolve("notes.txt"));
        Files.createFile(left.resolve("segment.new"));

        try (MappedUsageJournal next = MappedUsageJournal.open(small(left))) {
            assertThat(next.append(usage(1))).isTrue();
            assertThat(next.oldest(10)).containsExactly(usage(1));
            for (int i = 1; i <= 6; i++) {
                Path aside = i == 1
                        ? left.resolve("000000000000000001.usage.2.bad")
                        : left.resolve(name(left, i).getFileName() + ".bad");
                assertThat(Files.exists(aside, LinkOption.NOFOLLOW_LINKS))
                        .as(aside.toString())
                        .isTrue();
            }
            assertThat(left.resolve("notes.txt")).exists();
        }
    }

    @Test
    void nobodyElseCanReadItsFiles() throws IOException {
        journal.append(usage(1));
        // The next file is made meanwhile, under another name at first.
        Awaitility.await().until(() -> files(folder).size() == 2 && !Files.exists(folder.resolve("segment.new")));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        for (Path file : files(folder)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void saysSoWhenTheFolderCantBeMade() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));

        assertThatThrownBy(() -> MappedUsageJournal.open(small(file.resolve("journal"))))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("check that the server's user owns the folder");
    }

    private static JournalConfig small(Path folder) {
        return JournalConfig.defaults(folder).withSegmentBytes(64 * 1024).withMaxBytes(8 * 64 * 1024);
    }

    /** The next file may be in the making. */
    private void appendPatiently(UsageRecord usage) {
        appendPatiently(journal, usage);
    }

    private static void appendPatiently(MappedUsageJournal journal, UsageRecord usage) {
        while (!journal.append(usage)) {
            Thread.onSpinWait();
        }
    }

    private static int fill(MappedUsageJournal journal, int first) {
        AtomicInteger next = new AtomicInteger(first);
        await().during(Duration.ofMillis(300)).until(() -> {
            boolean any = false;
            while (journal.append(usage(next.get()))) {
                next.incrementAndGet();
                any = true;
            }
            return !any;
        });
        return next.get() - first;
    }

    /**
     * A copy of the files as they are, which is what the next start finds if this process dies now. The journal prepares files in the
     * background: what it renames while they are copied was never there together, so the copy is made again.
     */
    private Path asAKillLeavesIt() throws IOException {
        Path copy = temp.resolve("copy");
        Files.createDirectory(copy);
        while (!copied(copy)) {
            for (Path file : files(copy)) {
                Files.delete(file);
            }
        }
        return copy;
    }

    private boolean copied(Path copy) throws IOException {
        List<Path> before = files(folder);
        try {
            for (Path file : before) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        } catch (NoSuchFileException e) {
            return false;
        }
        return files(folder).equals(before);
    }

    private static Path name(Path folder, int number) {
        return folder.resolve(String.format("%018d.usage", number));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
