package dev.inferencekey.server.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds everything a platform keeps, and the lock that makes this process its only user. The lock is the operating
 * system's, so that it is gone with the process, however that ends.
 *
 * <p>Thread-safe.
 */
public final class DataFolder implements AutoCloseable {
    /** Where the operator credential stands, for commands on the server's own machine. */
    public static final String OPERATOR_CREDENTIAL = "operator.credential";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNERS_FOLDER = PosixFilePermissions.fromString("rwx------");

    private final Path root;
    private final FileChannel lockChannel;

    private DataFolder(Path root, FileChannel lockChannel) {
        this.root = root;
        this.lockChannel = lockChannel;
    }

    /**
     * Makes the folder if need be and locks it. What is made is for its owner alone, whatever the process's umask says.
     *
     * @throws StartupException if it can't be made or written, everybody may write it, or another process holds it
     */
    public static DataFolder open(Path root) {
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root, PosixFilePermissions.asFileAttribute(OWNERS_FOLDER));
            }
            if (Files.getPosixFilePermissions(root).contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new StartupException("the data folder " + root
                        + " can be changed by every user of this machine, who could put another database or key into it;"
                        + " take that away with `chmod 700 " + root
                        + "`, and see whether its files are still your own");
            }
        } catch (IOException e) {
            throw new StartupException("the data folder " + root + " can't be made: " + reason(e), e);
        }
        FileChannel channel;
        try {
            Path lock = root.resolve("lock");
            channel = FileChannel.open(
                    lock,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            close(lock, OWNER_ONLY);
            if (Files.isDirectory(root.resolve("logs"))) {
                close(root.resolve("logs"), PosixFilePermissions.fromString("rwxr-xr-x"));
            } else {
                Files.createDirectory(root.resolve("logs"), PosixFilePermissions.asFileAttribute(OWNERS_FOLDER));
            }
        } catch (IOException e) {
            throw new StartupException("the data folder " + root + " can't be written: " + reason(e), e);
        }
        try {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return new DataFolder(root, channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new StartupException("the data folder " + root + " can't be locked: " + reason(e), e);
        }
        throw new StartupException("another InferenceKey server runs on the data folder " + root
                + "; stop it, or give this one a folder of its own with --data");
    }

    /** Takes away what others may do beyond this; a file of another user's is left as it is. */
    private static void close(Path file, Set<PosixFilePermission> most) throws IOException {
        Set<PosixFilePermission> has = Files.getPosixFilePermissions(file);
        if (has.retainAll(most)) {
            try {
                Files.setPosixFilePermissions(file, has);
            } catch (FileSystemException e) {
                // It belongs to somebody else, who was let in on purpose.
            }
        }
    }

    /**
     * Whether the folder's group may write it, as it has to where a volume is mounted for a group. Whoever is in it can exchange the
     * database and the keys.
     */
    boolean isOpenToItsGroup() {
        try {
            return Files.getPosixFilePermissions(root).contains(PosixFilePermission.GROUP_WRITE);
        } catch (IOException e) {
            return false;
        }
    }

    Path root() {
        return root;
    }

    /** What tells this folder from all others, however often a process starts on it; {@code fresh} is kept if it has none yet. */
    String homeId(Supplier<String> fresh) {
        Path file = root.resolve("home.id");
        try {
            if (!Files.exists(file)) {
                writeWhole(file, fresh.get());
            }
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new StartupException("the data folder's id can't be kept in " + file + ": " + reason(e), e);
        }
    }

    public Path database() {
        return databaseIn(root);
    }

    /** Where the database of this data folder is, whoever holds it. */
    static Path databaseIn(Path root) {
        return root.resolve("inferencekey.db");
    }

    public Path masterKey() {
        return masterKeyIn(root);
    }

    /** Where the master key of this data folder is, whoever holds it. */
    static Path masterKeyIn(Path root) {
        return root.resolve("master.key");
    }

    public Path journal() {
        return journalIn(root);
    }

    /** Where the journal of this data folder is. */
    static Path journalIn(Path dataFolder) {
        return dataFolder.resolve("journal");
    }

    public Path logs() {
        return root.resolve("logs");
    }

    public Path engine() {
        return root.resolve("engine");
    }

    public Path models() {
        return root.resolve("models");
    }

    /** Replaces the operator credential of the start before, readable by the folder's owner alone. */
    void writeOperatorCredential(String credential) {
        Path file = root.resolve(OPERATOR_CREDENTIAL);
        try {
            writeWhole(file, credential);
        } catch (IOException e) {
            throw new StartupException("the operator credential can't be written to " + file + ": " + reason(e), e);
        }
    }

    private void writeWhole(Path file, String line) throws IOException {
        Path fresh = Files.createTempFile(
                root, file.getFileName().toString(), ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            Files.writeString(fresh, line + "\n", StandardCharsets.US_ASCII);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Forgets the operator credential, which dies with the platform anyway, and lets others in. */
    @Override
    public void close() {
        try (lockChannel) {
            Files.deleteIfExists(root.resolve(OPERATOR_CREDENTIAL));
        } catch (IOException e) {
            throw new IllegalStateException("the data folder " + root + " can't be released: " + reason(e), e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process: for its user the same as any other holder.
            return null;
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "a folder above it does not exist";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "a file is in its place";
        }
        if (e instanceof AccessDeniedException) {
            return "this user may not";
        }
        if (e instanceof FileSystemException fileSystem && fileSystem.getReason() != null) {
            return fileSystem.getReason();
        }
        return "the system says " + e.getMessage();
    }
}
