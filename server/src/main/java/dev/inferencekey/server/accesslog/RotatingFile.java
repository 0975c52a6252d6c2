package dev.inferencekey.server.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * {@code access.log} and its older siblings {@code access.1.log}, {@code access.2.log}, … in one folder, the newest first. Not thread-safe.
 */
final class RotatingFile implements LineTarget {
    private final Path folder;
    private final long mostBytes;
    private final int mostFiles;
    private @Nullable FileChannel channel;
    private long size;

    /**
     * @param mostBytes when the file would grow beyond this, a new one is begun
     * @param mostFiles how many are kept, the present one included; the oldest is deleted
     */
    RotatingFile(Path folder, long mostBytes, int mostFiles) {
        this.folder = folder;
        this.mostBytes = mostBytes;
        this.mostFiles = mostFiles;
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        FileChannel to = channel == null ? open() : channel;
        if (size > 0 && size + lines.remaining() > mostBytes) {
            to.close();
            channel = null;
            rotate();
            to = open();
        }
        try {
            while (lines.hasRemaining()) {
                to.write(lines);
            }
            size = to.position();
        } catch (IOException e) {
            undo(to, e);
            throw e;
        }
    }

    /** A full disk must not leave half a line that the next one continues. */
    private void undo(FileChannel to, IOException failure) {
        channel = null;
        try (to) {
            to.truncate(size);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private FileChannel open() throws IOException {
        Files.createDirectories(folder);
        FileChannel opened =
                FileChannel.open(file(0), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        try {
            size = cutToWholeLines(opened);
            opened.position(size);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        channel = opened;
        return opened;
    }

    /** A process that was killed may have left half a line. */
    private static long cutToWholeLines(FileChannel file) throws IOException {
        long size = file.size();
        ByteBuffer last = ByteBuffer.allocate((int) Math.min(size, 16 * 1024));
        long from = size - last.capacity();
        while (last.hasRemaining() && file.read(last, from + last.position()) >= 0) {
            // A read may bring less than was asked for.
        }
        int end = last.position();
        while (end > 0 && last.get(end - 1) != '\n') {
            end--;
        }
        long whole = end == 0 ? size : from + end;
        if (whole < size) {
            file.truncate(whole);
        }
        return whole;
    }

    private void rotate() throws IOException {
        if (mostFiles == 1) {
            Files.deleteIfExists(file(0));
            return;
        }
        for (int i = mostFiles - 1; i > 0; i--) {
            if (Files.exists(file(i - 1))) {
                Files.move(file(i - 1), file(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path file(int age) {
        return folder.resolve(age == 0 ? "access.log" : "access." + age + ".log");
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
