package dev.inferencekey.server.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The file with the key that the platform's own secrets are encrypted with: 32 random bytes that only the server's user may read. */
public final class MasterKeyFile {
    private static final int KEY_LENGTH = 32;
    private static final int HEX_LENGTH = 2 * KEY_LENGTH;
    private static final int MAX_LENGTH = HEX_LENGTH + 2; // with a line end
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<PosixFilePermission> GROUP_MAY_READ =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_READ);
    private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{" + HEX_LENGTH + "}");

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
            refuseBeyond(file, OWNER_ONLY, "chmod 600");
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

    /**
     * Reads a key that an operator brought, such as a mounted secret: the 32 bytes themselves, or 64 hexadecimal digits. The file's group
     * may read it, since that is how secrets are mounted.
     *
     * @throws MasterKeyException if it is missing, not a key, open to everybody, or can't be read
     */
    public static SecretKey read(Path file) {
        try {
            if (Files.notExists(file)) {
                throw new MasterKeyException(
                        "the master key " + file + " does not exist; copy the one that the other nodes have there, or"
                                + " make one for a new installation: (umask 077; openssl rand -hex 32 > " + file + ")",
                        null);
            }
            refuseBeyond(file, GROUP_MAY_READ, "chmod 640");
            byte[] bytes;
            try (var in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MAX_LENGTH + 1);
            }
            if (bytes.length == KEY_LENGTH) {
                SecretKey result = new SecretKeySpec(bytes, "AES");
                Arrays.fill(bytes, (byte) 0);
                return result;
            }
            String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
            Arrays.fill(bytes, (byte) 0);
            if (bytes.length > MAX_LENGTH || !HEX.matcher(text).matches()) {
                throw new MasterKeyException(
                        "the master key " + file + " is damaged: it must have exactly " + KEY_LENGTH + " bytes, or "
                                + HEX_LENGTH + " hexadecimal digits; put the right file back from a backup",
                        null);
            }
            return of(text);
        } catch (IOException e) {
            throw new MasterKeyException(
                    "the master key " + file + " can't be read; check that its owner lets the server's user", e);
        }
    }

    /** The key with these 64 hexadecimal digits. */
    public static SecretKey of(String hex) {
        byte[] key = HexFormat.of().parseHex(hex);
        SecretKey result = new SecretKeySpec(key, "AES");
        Arrays.fill(key, (byte) 0);
        return result;
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

    private static void refuseBeyond(Path file, Set<PosixFilePermission> allowed, String mend) throws IOException {
        if (!isPosix(file)) {
            return;
        }
        Set<PosixFilePermission> granted = EnumSet.noneOf(PosixFilePermission.class);
        granted.addAll(Files.getPosixFilePermissions(file));
        granted.removeAll(allowed);
        granted.remove(PosixFilePermission.OWNER_EXECUTE);
        if (!granted.isEmpty()) {
            throw new MasterKeyException(
                    "the master key " + file + " is open to other users; if none of them may have read it, run " + mend
                            + " " + file,
                    null);
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
