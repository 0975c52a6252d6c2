package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Room on the disk that is set aside for urgent changes: a file beside the database, given back to the disk piece by piece. Thread-safe.
 *
 * <p>Notes. Ordinary changes wait until the file is whole again, so that they don't use up what was given back for urgent ones. The journal
 * takes none of it either: its segments are larger than the whole file. The file holds noise, so that no file system stores it in less
 * room than it stands for.
 */
final class SqliteReserve {
    static final int BYTES = 2 * 1024 * 1024;
    /** A revocation takes some ten pages of 4 KiB in the log of the database. */
    static final int PIECE = 256 * 1024;

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path file;
    private final int wanted;
    private final RandomGenerator noise;
    private volatile boolean whole;

    /** {@code wanted}: how many bytes to set aside; {@link #BYTES} but in tests. */
    SqliteReserve(Path file, int wanted, RandomGenerator noise) {
        this.file = file;
        this.wanted = wanted;
        this.noise = noise;
    }

    /** Makes the file whole if there is room. */
    synchronized boolean fill() {
        if (whole || wanted == 0) {
            whole = true;
            return true;
        }
        try {
            make();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                byte[] bytes = new byte[PIECE];
                for (long size = channel.size(); size < wanted; size = channel.size()) {
                    noise.nextBytes(bytes);
                    channel.write(ByteBuffer.wrap(bytes, 0, (int) Math.min(PIECE, wanted - size)), size);
                }
                channel.force(true);
            }
            whole = true;
        } catch (IOException e) {
            whole = false; // What could be had is kept; the next ordinary change tries again.
        }
        return whole;
    }

    private void make() throws IOException {
        if (Files.exists(file)) {
            return;
        }
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            Files.createFile(file);
        }
    }

    /** Gives a piece back to the disk; false if there is none left. */
    synchronized boolean release() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long size = channel.size();
            if (size == 0) {
                return false;
            }
            whole = false;
            channel.truncate(Math.max(0, size - PIECE));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** @throws StoreUnavailableException if the file is not whole and can't be made so: the disk is full, but for urgent changes */
    void require() {
        if (!whole && !fill()) {
            throw new StoreUnavailableException(
                    SqliteFailure.FULL, new IOException(file + " can't be made as large as it has to be"));
        }
    }
}
