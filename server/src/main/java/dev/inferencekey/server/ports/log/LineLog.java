package dev.inferencekey.server.ports.log;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes lines in blocks, so that whoever writes them pays neither a system call nor a lock for each. Thread-safe; nothing here waits: what
 * can't be kept is dropped and counted.
 */
public interface LineLog {
    /** An empty block to fill: on the heap, {@value #BLOCK_BYTES} bytes. Null if all are waiting to be written; drop lines then. */
    @Nullable
    ByteBuffer emptyBlock();

    /**
     * Hands a block back to be written.
     *
     * @param block from {@link #emptyBlock}, flipped; holds whole lines and belongs to the log from now on
     * @param lines how many there are
     */
    void write(ByteBuffer block, int lines);

    /** So many lines could not be kept. */
    void dropped(int lines);

    /** The size of a block, bytes. */
    int BLOCK_BYTES = 64 * 1024;
}
