package dev.inferencekey.server.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The file with the key that the platform's own secrets are encrypted with: 32 random bytes that only the server's user may read. */
public final class MasterKeyFile {
    private static final int KEY_LENGTH = 32;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private MasterKeyFile() {}

    /**
     * Reads the key, and makes the file first if there is none. Whoever loses the file loses the secrets that were encrypted with it.
     *
     * @throws MasterKeyException if others may read the file, or it is not a key, or it can't be read or made
     */
    public static SecretKey open(Path file, SecureRandom random) {
        try {
            if (Files.notExists(file)) {
                create(file, random);
            }
            refuseIfOthersMayRead(file);
            byte[] key;
            try (var in = Files.newInputStream(file)) {
                key = in.readNBytes(KEY_LENGTH + 1);
            }
            if (key.length != KEY_LENGTH) {
                throw new MasterKeyException(
                        "the master key " + file + " is damaged: it must have exactly " + KEY_LENGTH
                                + " bytes; put the right file back from a backup",
                        null);
            }
            SecretKey result = new SecretKeySpec(key, "AES");
            Arrays.fill(key, (byte) 0);
            return result;
        } catch (IOException e) {
            throw new MasterKeyException(
                    "the master key " + file + " can't be read or made; check that the server's user owns its folder"
                            + " and that the disk is not full",
                    e);
        }
    }

    /** Another process may do the same at the same time: the file appears whole or not at all, and is never replaced. */
    private static void create(Path file, SecureRandom random) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        // Made with the mode 0600 where there are modes; a name of its own, so that two processes do not write into one
        // file.
        Path unfinished = Files.createTempFile(folder, file.getFileName() + ".", ".new");
        byte[] key = new byte[KEY_LENGTH];
        random.nextBytes(key);
        try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(key);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Arrays.fill(key, (byte) 0);
        try {
            publish(unfinished, file);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void publish(Path unfinished, Path file) throws IOException {
        try {
            // A hard link fails if the name is taken, which a move does not.
            Files.createLink(file, unfinished);
        } catch (FileAlreadyExistsException e) {
            return; // another process was first, and its key holds
        } catch (UnsupportedOperationException e) {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        }
        syncFolder(file);
    }

    private static void syncFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && isPosix(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void refuseIfOthersMayRead(Path file) throws IOException {
        if (!isPosix(file)) {
            return;
        }
        Set<PosixFilePermission> granted = EnumSet.noneOf(PosixFilePermission.class);
        granted.addAll(Files.getPosixFilePermissions(file));
        granted.removeAll(OWNER_ONLY);
        granted.remove(PosixFilePermission.OWNER_EXECUTE);
        if (!granted.isEmpty()) {
            throw new MasterKeyException(
                    "the master key " + file
                            + " is open to other users; if none of them may have read it, run chmod 600 " + file,
                    null);
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
