package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.server.ports.log.LineLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An access log that keeps what it gets. Thread-safe. */
final class KeptLines implements LineLog {
    final AtomicInteger dropped = new AtomicInteger();
    volatile boolean full;
    private final Queue<String> blocks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger told = new AtomicInteger();

    @Override
    public @Nullable ByteBuffer emptyBlock() {
        return full ? null : ByteBuffer.allocate(BLOCK_BYTES);
    }

    @Override
    public void write(ByteBuffer block, int lines) {
        told.addAndGet(lines);
        blocks.add(UTF_8.decode(block).toString());
    }

    @Override
    public void dropped(int lines) {
        dropped.addAndGet(lines);
    }

    /** All lines by now, without their ends. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        blocks.forEach(block -> lines.addAll(block.lines().toList()));
        return lines;
    }

    /** How many lines were said to be in the blocks. */
    int told() {
        return told.get();
    }
}
