package dev.inferencekey.server.journal;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One mapped file of the journal: a header, then {@link Frame}s, then zeros.
 *
 * <p>Notes. Every byte of a file is written before the file is used: a hole in a mapped file would be an error in the middle of a
 * memory access when the disk is full. Appending is guarded by the journal's lock; reading is for the journal's reader and needs no
 * lock, since it goes by the lengths of the frames; the rest is for the journal's own thread. It is mapped as a segment of memory, so that
 * it can be unmapped, and used as a buffer, so that no var handles have to be made at the start.
 *
 * <p>The header: magic, version, CRC of the other two and the number, number, and how far the records are released. That mark is
 * written together with its complement; one that does not fit counts for nothing, and records are then read again, which the store
 * notices.
 */
final class Segment {
    static final int HEADER_BYTES = 64;

    private static final long MAGIC = 0x4c4e4a_4547415355L; // "USAGEJNL"
    private static final int VERSION = 1;
    private static final int VERSION_AT = 8;
    private static final int CRC_AT = 12;
    private static final int NUMBER_AT = 16;
    private static final int RELEASED_AT = 24;
    private static final int NOWHERE = -1;
    private static final int PAGE = 4096;
    private static final int ZEROS = 64 * 1024;
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Arena arena;
    private final MemorySegment mapping;
    private final ByteBuffer memory;
    private final boolean ofThisRun;
    private Path file;

    // Guarded by the journal's lock. Unknown, and of no use, for a file of an earlier run.
    private int tail = HEADER_BYTES;

    // The reader's.
    private int read = HEADER_BYTES;
    private volatile int released = HEADER_BYTES;
    private volatile int damagedAt = NOWHERE;

    // The journal thread's.
    private int tailAtLastLook = HEADER_BYTES;
    private int forcedUpTo = HEADER_BYTES;

    private Segment(Path file, Arena arena, MemorySegment mapping, boolean ofThisRun) {
        this.file = file;
        this.arena = arena;
        this.mapping = mapping;
        this.memory = mapping.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        this.ofThisRun = ofThisRun;
    }

    /** Makes a file full of zeros. On failure nothing is left of it. */
    static Segment create(Path file, int bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                OWNER_ONLY)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
            for (int left = bytes; left > 0; ) {
                left -= channel.write(zeros.clear().limit(Math.min(left, ZEROS)));
            }
            return map(file, channel, bytes, true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /**
     * Opens a file of an earlier run to read it.
     *
     * @throws UnreadableSegmentException if it is none of ours
     */
    static Segment open(Path file, long number) throws IOException, UnreadableSegmentException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            if (size < HEADER_BYTES || size > JournalConfig.LARGEST_SEGMENT) {
                throw new UnreadableSegmentException("it has " + size + " bytes");
            }
            Segment segment = map(file, channel, size, false);
            try {
                segment.checkHeader(number);
                segment.released = segment.releasedMark();
                segment.read = segment.released;
            } catch (UnreadableSegmentException e) {
                segment.unmap();
                throw e;
            }
            return segment;
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // Closed by unmap.
    private static Segment map(Path file, FileChannel channel, long bytes, boolean ofThisRun) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            return new Segment(file, arena, channel.map(MapMode.READ_WRITE, 0, bytes, arena), ofThisRun);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Puts the header into a file of zeros and gives the file its lasting name. Touches each page, so that appending does not have to. */
    void begin(long number, Path lasting) throws IOException {
        for (int page = 0; page < memory.capacity(); page += PAGE) {
            memory.putInt(page, 0);
        }
        memory.putLong(0, MAGIC);
        memory.putInt(VERSION_AT, VERSION);
        memory.putLong(NUMBER_AT, number);
        memory.putInt(CRC_AT, headerCrc(number));
        moveTo(lasting);
    }

    /** Whether {@link #wipe} can make it as good as new. */
    boolean reusable(int wantedBytes) {
        return ofThisRun && !damaged() && memory.capacity() == wantedBytes;
    }

    /** Makes a used segment as good as new; its disk space stays ours, also on a disk that others have filled. */
    void wipe(Path temporary) throws IOException {
        moveTo(temporary);
        for (int at = 0; at < tail; at += Long.BYTES) {
            memory.putLong(at, 0);
        }
        tail = HEADER_BYTES;
        read = HEADER_BYTES;
        released = HEADER_BYTES;
        tailAtLastLook = HEADER_BYTES;
        forcedUpTo = HEADER_BYTES;
    }

    private void moveTo(Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        file = target;
    }

    private void checkHeader(long number) throws UnreadableSegmentException {
        if (memory.getLong(0) != MAGIC) {
            throw new UnreadableSegmentException("it does not begin as a journal does");
        }
        int version = memory.getInt(VERSION_AT);
        if (version != VERSION) {
            throw new UnreadableSegmentException(
                    "it has the format " + version + ", and this release reads " + VERSION);
        }
        if (memory.getLong(NUMBER_AT) != number || memory.getInt(CRC_AT) != headerCrc(number)) {
            throw new UnreadableSegmentException("its header is damaged");
        }
    }

    private static int headerCrc(long number) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putLong(number)
                .flip());
        return (int) crc.getValue();
    }

    private int releasedMark() {
        long mark = memory.getLong(RELEASED_AT);
        int offset = (int) mark;
        boolean sane = (int) (mark >>> Integer.SIZE) == ~offset
                && offset >= HEADER_BYTES
                && offset <= memory.capacity()
                && Frame.isAligned(offset);
        return sane ? offset : HEADER_BYTES;
    }

    Path file() {
        return file;
    }

    long bytes() {
        return memory.capacity();
    }

    /** Appended in this run and not released yet; of an earlier run's file, up to all of it. Under the journal's lock. */
    int waitingBytes() {
        return Math.max(0, (ofThisRun ? tail : memory.capacity()) - released);
    }

    /** Under the journal's lock. */
    int room() {
        return memory.capacity() - tail;
    }

    /** Under the journal's lock, and only if there is {@link #room} for the frame. */
    void append(RecordWriter record) {
        int size = record.frameBytes();
        memory.put(
                tail + Frame.CRC_AT, record.bytes(), Frame.CRC_AT, Frame.BODY_AT - Frame.CRC_AT + record.bodyBytes());
        VarHandle.releaseFence();
        memory.putInt(tail, record.bodyBytes());
        tail += size;
    }

    /** Back to the first record that is not released. */
    void rewind() {
        read = released;
    }

    /** The next record, or null if there is no further one, or none that can be read. */
    @Nullable
    UsageRecord next(RecordReader records) {
        int length = lengthAt(read);
        if (length == 0 || read == damagedAt) {
            return null;
        }
        UsageRecord usage = records.read(memory, read, length);
        if (usage == null) {
            damagedAt = read;
            return null;
        }
        read += Frame.size(length);
        return usage;
    }

    private int lengthAt(int offset) {
        if (offset > memory.capacity() - Frame.BODY_AT) {
            // What is left at the end is too short for a frame.
            return 0;
        }
        int length = memory.getInt(offset);
        VarHandle.acquireFence();
        return length;
    }

    /** What was read need not be read again. */
    void release() {
        released = read;
        memory.putLong(RELEASED_AT, (long) ~read << Integer.SIZE | read);
    }

    /** Whether everything that can be read is released. Final once nothing is appended any more. */
    boolean drained() {
        return read == released && (released == damagedAt || lengthAt(released) == 0);
    }

    /** Whether there is something in it that is no record and no end. */
    boolean damaged() {
        return damagedAt != NOWHERE;
    }

    /** How many bytes were not read because they follow something that is no record. */
    int bytesNotRead() {
        return memory.capacity() - released;
    }

    /** Forces to the disk what has been waiting since the last call, if the store has not taken it by now. Not under the lock. */
    void forceWhatStays(int tailNow) {
        if (released < tailAtLastLook && forcedUpTo < tailAtLastLook) {
            mapping.force();
            forcedUpTo = tailNow;
        }
        tailAtLastLook = tailNow;
    }

    /** Under the journal's lock. */
    int tail() {
        return tail;
    }

    void force() {
        mapping.force();
    }

    void unmap() {
        arena.close();
    }
}
