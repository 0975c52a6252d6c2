package dev.inferencekey.server.journal;

import static dev.inferencekey.server.journal.Records.usages;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file that is cut off, damaged or made up: what comes out is what was put in, up to some point, or nothing. */
@Timeout(60)
final class SegmentTest {
    private static final int RECORDS = 12;
    private static final List<UsageRecord> WRITTEN = usages(0, RECORDS);

    @TempDir
    Path temp;

    private final RecordReader records = new RecordReader();
    private Path file;
    private byte[] content;
    /** Where each record ends. */
    private final List<Integer> ends = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        file = temp.resolve("segment");
        Segment segment = Segment.create(temp.resolve("new"), JournalConfig.SMALLEST_SEGMENT);
        segment.begin(1, file);
        RecordWriter writer = new RecordWriter();
        for (UsageRecord usage : WRITTEN) {
            writer.write(usage);
            segment.append(writer);
            ends.add(segment.tail());
        }
        segment.unmap();
        content = Arrays.copyOf(Files.readAllBytes(file), segment.tail() + 100);
    }

    @Test
    void cutOffAnywhereItGivesTheRecordsBeforeTheCut() throws IOException {
        for (int length = 0; length < content.length; length++) {
            int cut = length;
            List<UsageRecord> found = read(Arrays.copyOf(content, length));

            // The last record's padding may be missing.
            long whole = ends.stream().filter(end -> end - 7 <= cut).count();
            assertThat(found).as("cut at %s", cut).isEqualTo(WRITTEN.subList(0, found.size()));
            assertThat((long) found.size())
                    .as("cut at %s", cut)
                    .isBetween(ends.stream().filter(end -> end <= cut).count(), whole);
        }
    }

    @Test
    void whereverAByteIsWrongItGivesTheRecordsBeforeIt() throws IOException {
        Random random = new Random(3);
        for (int at = 0; at < content.length; at++) {
            byte[] damaged = content.clone();
            damaged[at] ^= (byte) (1 + random.nextInt(255));

            List<UsageRecord> found = read(damaged);

            int wrong = at;
            assertThat(found).as("damaged at %s", at).isEqualTo(WRITTEN.subList(0, found.size()));
            if (at >= Segment.HEADER_BYTES) {
                assertThat((long) found.size())
                        .as("damaged at %s", at)
                        .isGreaterThanOrEqualTo(
                                ends.stream().filter(end -> end <= wrong).count());
            }
        }
    }

    @Test
    void garbageAfterTheRecordsGivesTheRecords() throws IOException {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int keep = random.nextInt(RECORDS + 1);
            int from = keep == 0 ? Segment.HEADER_BYTES : ends.get(keep - 1);
            byte[] garbage = new byte[random.nextInt(4_000)];
            random.nextBytes(garbage);
            ByteBuffer made = ByteBuffer.allocate(from + garbage.length).order(ByteOrder.LITTLE_ENDIAN);
            made.put(content, 0, from).put(garbage);
            if (garbage.length >= 4) {
                // A length that tempts: tiny, huge, negative, or just as much as there is.
                int[] lengths = {1, Frame.MAX_BODY_BYTES, Integer.MAX_VALUE, -1, Integer.MIN_VALUE, garbage.length - 8};
                made.putInt(from, lengths[random.nextInt(lengths.length)]);
            }

            assertThat(read(made.array())).as("seed %s", seed).isEqualTo(WRITTEN.subList(0, keep));
        }
    }

    @Test
    void aRecordWithTheRightChecksumThatMakesNoSenseIsNone() throws IOException {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            byte[] body = new byte[1 + random.nextInt(300)];
            random.nextBytes(body);
            CRC32C crc = new CRC32C();
            crc.update(body);
            ByteBuffer made = ByteBuffer.allocate(Segment.HEADER_BYTES + Frame.size(body.length))
                    .order(ByteOrder.LITTLE_ENDIAN);
            made.put(content, 0, Segment.HEADER_BYTES)
                    .putInt(body.length)
                    .putInt((int) crc.getValue())
                    .put(body);

            assertThat(read(made.array()).size()).as("seed %s", seed).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aRecordThatWasBeingWrittenDoesNotExist() throws IOException {
        byte[] torn = content.clone();
        // All of the last record but its length, which is written last.
        int last = ends.get(RECORDS - 2);
        Arrays.fill(torn, last, last + 4, (byte) 0);
        Files.write(file, torn);

        Segment segment = open();
        assertThat(all(segment)).isEqualTo(WRITTEN.subList(0, RECORDS - 1));
        assertThat(segment.damaged()).isFalse();
        segment.unmap();
    }

    @Test
    void aMarkThatMakesNoSenseReleasesNothing() throws IOException {
        int markAt = 24;
        for (int seed = 0; seed < 200; seed++) {
            byte[] marked = content.clone();
            ByteBuffer.wrap(marked).order(ByteOrder.LITTLE_ENDIAN).putLong(markAt, new Random(seed).nextLong());

            assertThat(read(marked)).as("seed %s", seed).isEqualTo(WRITTEN);
        }
    }

    @Test
    void wipedItIsAsGoodAsNew() throws IOException {
        Segment segment = Segment.create(temp.resolve("other.new"), JournalConfig.SMALLEST_SEGMENT);
        segment.begin(1, temp.resolve("other"));
        RecordWriter writer = new RecordWriter();
        writer.write(WRITTEN.getFirst());
        while (segment.room() >= writer.frameBytes()) {
            segment.append(writer);
        }
        assertThat(all(segment)).hasSizeGreaterThan(100);
        segment.release();

        segment.wipe(temp.resolve("other.new"));
        segment.begin(2, temp.resolve("another"));

        assertThat(all(segment)).isEmpty();
        segment.append(writer);
        assertThat(all(segment)).containsExactly(WRITTEN.getFirst());
        segment.unmap();
        assertThat(temp.resolve("other")).doesNotExist();
        assertThat(temp.resolve("other.new")).doesNotExist();
        byte[] bytes = Files.readAllBytes(temp.resolve("another"));
        for (int i = Segment.HEADER_BYTES + writer.frameBytes(); i < bytes.length; i++) {
            assertThat(bytes[i]).isZero();
        }
    }

    /** What a start would make of a file with this content; nothing, if it sets it aside. */
    private List<UsageRecord> read(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        try {
            Segment segment = Segment.open(file, 1);
            List<UsageRecord> found = all(segment);
            segment.unmap();
            return found;
        } catch (UnreadableSegmentException e) {
            assertThat(e).hasMessageMatching("it(s)? .*");
            return List.of();
        }
    }

    private Segment open() throws IOException {
        try {
            return Segment.open(file, 1);
        } catch (UnreadableSegmentException e) {
            throw new AssertionError(e);
        }
    }

    private List<UsageRecord> all(Segment segment) {
        List<UsageRecord> found = new ArrayList<>();
        segment.rewind();
        for (UsageRecord usage = segment.next(records); usage != null; usage = segment.next(records)) {
            found.add(usage);
        }
        return found;
    }
}
