package dev.inferencekey.server.accesslog;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The process's standard output, for whoever gathers logs from there. Never closed: it is not ours alone. */
final class StandardOutput implements LineTarget {
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);

    @Override
    public void write(ByteBuffer lines) throws IOException {
        out.write(lines.array(), lines.arrayOffset() + lines.position(), lines.remaining());
    }

    @Override
    public void close() {
        // Others go on to write to it.
    }
}
