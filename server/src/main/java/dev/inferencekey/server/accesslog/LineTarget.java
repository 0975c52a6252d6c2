package dev.inferencekey.server.accesslog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where lines are written to. Used by one thread at a time. */
interface LineTarget extends Closeable {
    /**
     * Writes whole lines.
     *
     * @throws IOException if not all of them could be written; what was written of them is not kept then, where that can be helped
     */
    void write(ByteBuffer lines) throws IOException;
}
