package dev.inferencekey.server.accesslog;

import dev.inferencekey.server.ports.log.LineLog;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log: blocks of lines go round between those who fill them and one thread that writes them away. If that falls behind, or its
 * disk is full, no block is left to be filled, and lines are dropped and counted.
 *
 * <p>Thread-safe. Invariant: a block is with one filler, in {@code full}, with the writer, or in {@code empty}; there are at most {@code blocks}.
 */
public final class AccessLog implements LineLog, MetricSource, AutoCloseable {
    /** How large a file grows, bytes. */
    public static final long FILE_BYTES = 64L << 20;
    /** How many files are kept, the present one included. */
    public static final int FILES = 8;
    /** How many blocks there are at most, unless more event loops need one each: 8 MiB that only a slow disk makes us use. */
    public static final int BLOCKS = 128;

    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofMillis(200);

    private record Full(ByteBuffer bytes, int lines) {}

    private final LineTarget target;
    private final int blocks;
    private final BlockingQueue<Full> full;
    private final BlockingQueue<ByteBuffer> empty;
    private final AtomicInteger made = new AtomicInteger();
    private final LongAdder written = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final Thread writer;
    private volatile boolean closing;
    private boolean failing;

    private AccessLog(LineTarget target, int blocks) {
        this.target = target;
        this.blocks = blocks;
        this.full = new ArrayBlockingQueue<>(blocks);
        this.empty = new ArrayBlockingQueue<>(blocks);
        this.writer = Thread.ofPlatform().name("access-log").daemon().unstarted(this::run);
    }

    /** Into {@code access.log} in this folder, which is made when the first line is written; see {@link #FILE_BYTES} and {@link #FILES}. */
    public static AccessLog toFile(Path folder, int blocks) {
        return to(new RotatingFile(folder, FILE_BYTES, FILES), blocks);
    }

    /** To the process's standard output. */
    public static AccessLog toStandardOutput(int blocks) {
        return to(new StandardOutput(), blocks);
    }

    static AccessLog to(LineTarget target, int blocks) {
        AccessLog log = new AccessLog(target, blocks);
        log.writer.start();
        return log;
    }

    @Override
    public @Nullable ByteBuffer emptyBlock() {
        ByteBuffer block = empty.poll();
        if (block == null && made.get() < blocks && made.incrementAndGet() <= blocks) {
            return ByteBuffer.allocate(BLOCK_BYTES);
        }
        return block;
    }

    @Override
    public void write(ByteBuffer block, int lines) {
        if (!full.offer(new Full(block, lines))) {
            throw new IllegalStateException("more blocks than were given out");
        }
    }

    @Override
    public void dropped(int lines) {
        lost.add(lines);
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.counter("inferencekey_access_log_lines_total", "Lines that were written.", written.sum()),
                Metric.counter(
                        "inferencekey_access_log_dropped_lines_total",
                        "Lines that were lost, because what they go to is slow, full or broken.",
                        lost.sum()));
    }

    private void run() {
        try {
            while (true) {
                boolean last = closing;
                Full next = full.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (next != null) {
                    write(next);
                } else if (last) {
                    break;
                }
            }
            target.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("access log: closing failed", e);
        }
    }

    private void write(Full next) {
        try {
            target.write(next.bytes());
            written.add(next.lines());
            if (failing) {
                LOG.info("access log: lines are written again");
            }
            failing = false;
        } catch (IOException e) {
            lost.add(next.lines());
            if (!failing) {
                LOG.warn("access log: lines are lost, they can't be written", e);
            }
            failing = true;
        }
        empty.add(next.bytes().clear());
    }

    /** Writes what has been handed over, for five seconds at most. What comes later is lost. */
    @Override
    public void close() {
        closing = true;
        try {
            if (!writer.join(CLOSE_PATIENCE)) {
                LOG.atWarn()
                        .addKeyValue("blocks", full.size())
                        .log("access log: given up, its target does not take lines");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
