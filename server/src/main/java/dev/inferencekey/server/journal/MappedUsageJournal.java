package dev.inferencekey.server.journal;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.ports.usage.UsageJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The usage journal in mapped files: an append is a copy in memory and no system call, and what was copied is the kernel's, so that
 * {@code kill -9} of this process loses nothing. A power cut loses what was not forced to the disk yet: at most the last two seconds
 * or so ({@link JournalConfig#forceInterval}) of what the store has not taken either.
 *
 * <p>Notes. Segments stand in a queue: those of earlier runs, those that are full, and the one that is appended to. The next one is
 * always made ready by the journal's own thread, so that an append never waits for a disk. When the store has all of a segment, the
 * segment is wiped and becomes the next one, or goes if there is one. So in the usual case there are two or three files and none is
 * ever made or deleted, and a disk that others fill does not matter. There is no room when the next one can't be made, because the
 * disk is full or {@link JournalConfig#maxBytes} is reached, and the current one is full.
 *
 * <p>Records are encoded outside of the lock, in a buffer of the thread; under it they are copied. If records were written side by
 * side, a kill could leave a gap before a record that was answered. A segment is only unmapped when it is in nobody's hands: after it
 * left the queue, by the journal's thread, or at the end.
 */
public final class MappedUsageJournal implements UsageJournal, MetricSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MappedUsageJournal.class);
    /** With less than this part of the last segment left, requests that are under way could find no room. */
    private static final int RESERVED_PART = 8;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long CLOSE_PATIENCE_MILLIS = 10_000;

    private final JournalConfig config;
    private final SegmentFolder folder;
    private final ThreadLocal<RecordWriter> writers = ThreadLocal.withInitial(RecordWriter::new);
    private final RecordReader reader = new RecordReader();
    private final Thread keeper;

    private final Object lock = new Object();

    // Guarded by lock.
    private final Deque<Segment> queue = new ArrayDeque<>();
    private final Deque<Segment> spent = new ArrayDeque<>();
    private @Nullable Segment current;
    private @Nullable Segment next;
    private long bytes;
    private boolean work;
    private boolean closed;

    // Written under lock.
    private volatile boolean roomLeft;

    // The reader's.
    private final List<Segment> inHand = new ArrayList<>();

    // The keeper's.
    private boolean cannotMakeRoom;

    private MappedUsageJournal(JournalConfig config, SegmentFolder folder, List<Segment> leftovers) {
        this.config = config;
        this.folder = folder;
        this.queue.addAll(leftovers);
        leftovers.forEach(segment -> bytes += segment.bytes());
        this.keeper = Thread.ofPlatform().name("usage-journal").daemon().unstarted(this::keep);
    }

    /**
     * Opens the folder. What earlier runs left there is read first. A disk that is full now does not hinder.
     *
     * @throws StoreUnavailableException if the folder can't be used
     */
    public static MappedUsageJournal open(JournalConfig config) {
        MappedUsageJournal journal;
        try {
            SegmentFolder folder = new SegmentFolder(config.folder());
            journal = new MappedUsageJournal(config, folder, folder.leftovers());
        } catch (IOException e) {
            throw new StoreUnavailableException(
                    "the usage journal in " + config.folder()
                            + " can't be opened; check that the server's user owns the folder and what is in it",
                    e);
        }
        // The first segment at once, so that the first request finds room; the next one while the rest of the platform
        // starts.
        journal.makeRoom();
        journal.keeper.start();
        return journal;
    }

    @Override
    public boolean append(UsageRecord usage) {
        RecordWriter record = writers.get();
        record.write(usage);
        synchronized (lock) {
            Segment segment = current;
            if (segment == null || segment.room() < record.frameBytes()) {
                segment = advance();
                if (segment == null) {
                    return false;
                }
            }
            segment.append(record);
            noteRoom();
            return true;
        }
    }

    /** Goes on to the next segment, if there is one. Under the lock. */
    private @Nullable Segment advance() {
        if (next == null || closed) {
            roomLeft = false;
            return null;
        }
        current = next;
        queue.addLast(next);
        next = null;
        wakeKeeper();
        return current;
    }

    /** Under the lock. A volatile field is only written when it changes: all event loops read it. */
    private void noteRoom() {
        Segment segment = current;
        boolean left = !closed
                && (next != null || (segment != null && segment.room() >= config.segmentBytes() / RESERVED_PART));
        if (left != roomLeft) {
            roomLeft = left;
        }
    }

    private void wakeKeeper() {
        work = true;
        lock.notifyAll();
    }

    @Override
    public boolean roomLeft() {
        return roomLeft;
    }

    @Override
    public long waitingBytes() {
        synchronized (lock) {
            return queue.stream().mapToLong(Segment::waitingBytes).sum();
        }
    }

    @Override
    public List<Metric> metrics() {
        long waiting = waitingBytes();
        long held;
        synchronized (lock) {
            held = bytes;
        }
        return List.of(
                Metric.gauge(
                        "inferencekey_usage_journal_waiting_bytes",
                        "Usage records that the store does not have yet.",
                        waiting),
                Metric.gauge("inferencekey_usage_journal_file_bytes", "Disk space that the journal holds.", held),
                Metric.gauge(
                        "inferencekey_usage_journal_room",
                        "1 if the journal takes records, 0 if it is full.",
                        roomLeft ? 1L : 0L));
    }

    @Override
    public List<UsageRecord> oldest(int max) {
        inHand.clear();
        List<UsageRecord> found = new ArrayList<>();
        for (Segment segment : readable()) {
            inHand.add(segment);
            segment.rewind();
            while (found.size() < max) {
                UsageRecord usage = segment.next(reader);
                if (usage == null) {
                    break;
                }
                found.add(usage);
            }
            if (found.size() == max) {
                break;
            }
        }
        return found;
    }

    private List<Segment> readable() {
        synchronized (lock) {
            if (closed) {
                return List.of();
            }
            retireDrained();
            return List.copyOf(queue);
        }
    }

    @Override
    public void release() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            inHand.forEach(Segment::release);
            inHand.clear();
            retireDrained();
        }
    }

    /** Under the lock, by the reader. */
    private void retireDrained() {
        for (Segment first = queue.peekFirst();
                first != null && first != current && first.drained();
                first = queue.peekFirst()) {
            spent.addLast(queue.removeFirst());
            wakeKeeper();
        }
    }

    /** The keeper's life: makes room, clears away, forces to the disk what has been waiting. */
    private void keep() {
        long forceAt = System.nanoTime() + config.forceInterval().toNanos();
        try {
            while (awaitWork(forceAt)) {
                makeRoom();
                clearAway();
                if (System.nanoTime() - forceAt >= 0) {
                    forceWhatStays();
                    forceAt = System.nanoTime() + config.forceInterval().toNanos();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until there is work or it is time, and whether to go on. */
    private boolean awaitWork(long until) throws InterruptedException {
        synchronized (lock) {
            while (!closed && !work) {
                long nanos = until - System.nanoTime();
                if (nanos <= 0) {
                    break;
                }
                // Rounded up: zero would mean for ever, and less than the rest would spin.
                lock.wait(nanos / NANOS_PER_MILLI + 1);
            }
            work = false;
            return !closed;
        }
    }

    /** Sees to it that there is a next segment, or one to fill. */
    private void makeRoom() {
        Segment used;
        synchronized (lock) {
            if (next != null || closed) {
                return;
            }
            used = reusable();
            if (used == null && bytes + config.segmentBytes() > config.maxBytes()) {
                cannotMakeRoom("the journal has reached its bound", null);
                return;
            }
        }
        Segment made;
        try {
            made = used == null ? folder.create(config.segmentBytes()) : folder.renew(used);
        } catch (IOException e) {
            synchronized (lock) {
                if (used != null) {
                    spent.addLast(used);
                }
            }
            cannotMakeRoom("no file can be made", e);
            return;
        }
        synchronized (lock) {
            if (used == null) {
                bytes += made.bytes();
            }
            next = made;
            if (current == null && !closed) {
                // Which leaves the next one to the next round.
                advance();
            }
            noteRoom();
        }
        if (cannotMakeRoom) {
            cannotMakeRoom = false;
            LOG.info("usage journal: there is room again");
        }
    }

    private @Nullable Segment reusable() {
        for (Segment segment : spent) {
            if (segment.reusable(config.segmentBytes())) {
                spent.remove(segment);
                return segment;
            }
        }
        return null;
    }

    /** Tried again with each round; said once. */
    private void cannotMakeRoom(String reason, @Nullable IOException cause) {
        if (!cannotMakeRoom) {
            cannotMakeRoom = true;
            LOG.warn(
                    "usage journal: room runs out; free disk space or see why the store takes nothing reason={} folder={}",
                    reason,
                    config.folder(),
                    cause);
        }
    }

    private void clearAway() {
        while (true) {
            Segment segment;
            synchronized (lock) {
                segment = spent.pollFirst();
                if (segment == null) {
                    return;
                }
                bytes -= segment.bytes();
                work = true;
            }
            remove(segment);
        }
    }

    private void remove(Segment segment) {
        segment.unmap();
        try {
            if (segment.damaged()) {
                LOG.warn(
                        "usage journal: a file is damaged; what came before was read, and the file was set aside"
                                + " file={} bytes_not_read={}",
                        folder.setAside(segment.file()),
                        segment.bytesNotRead());
            } else {
                Files.deleteIfExists(segment.file());
            }
        } catch (IOException e) {
            // It is read again by the next start, and the store skips what it knows.
            LOG.warn("usage journal: a file that is done with can't be removed file={}", segment.file(), e);
        }
    }

    private void forceWhatStays() {
        List<Segment> segments = new ArrayList<>();
        List<Integer> tails = new ArrayList<>();
        synchronized (lock) {
            for (Segment segment : queue) {
                segments.add(segment);
                tails.add(segment.tail());
            }
        }
        try {
            for (int i = 0; i < segments.size(); i++) {
                segments.get(i).forceWhatStays(tails.get(i));
            }
        } catch (RuntimeException e) {
            LOG.warn("usage journal: records can't be forced to the disk; they are still safe from a kill", e);
        }
    }

    /**
     * Ends appending and reading. What is not released stays for the next start, forced to the disk; if all is, nothing stays.
     * Idempotent. To be called when nobody reads any more.
     */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            roomLeft = false;
            current = null;
            lock.notifyAll();
        }
        try {
            keeper.join(CLOSE_PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<Segment> all = new ArrayList<>();
        synchronized (lock) {
            all.addAll(queue);
            all.addAll(spent);
            if (next != null) {
                all.add(next);
            }
            queue.clear();
            spent.clear();
            next = null;
        }
        for (Segment segment : all) {
            if (segment.drained()) {
                remove(segment);
            } else {
                segment.force();
                segment.unmap();
            }
        }
    }
}
