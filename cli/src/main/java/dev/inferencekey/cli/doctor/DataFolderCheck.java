package dev.inferencekey.cli.doctor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at the data folder: may it be written, is there room, does somebody hold it, can others read what is secret. */
record DataFolderCheck(Path folder) {
    private static final String SUBJECT = "data folder";
    private static final long LITTLE_ROOM = 1L << 30;
    private static final long TOO_LITTLE_ROOM = 64L << 20;
    private static final List<String> SECRET_FILES = List.of("master.key", "operator.credential", "inferencekey.db");
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        Path existing = nearestExisting();
        if (existing == null || !Files.isDirectory(existing)) {
            return List.of(Finding.fail(SUBJECT, folder + " cannot be a folder", "name another with --data"));
        }
        if (!Files.isWritable(existing)) {
            return List.of(Finding.fail(
                    SUBJECT,
                    existing + " is not writable for this user",
                    "change its owner, or name another with --data"));
        }
        boolean exists = existing.equals(folder);
        findings.add(Finding.ok(SUBJECT, folder + (exists ? " is writable" : " will be made at the first start")));
        findings.add(room(existing));
        if (exists) {
            findings.add(lock());
            findings.add(modes());
        }
        return findings;
    }

    private @Nullable Path nearestExisting() {
        Path path = folder;
        while (path != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }

    private static Finding room(Path existing) {
        try {
            long free = Files.getFileStore(existing).getUsableSpace();
            String message = (free >> 20) + " MiB free";
            if (free < TOO_LITTLE_ROOM) {
                return Finding.fail("disk", message, "make room: the database cannot grow");
            }
            return free < LITTLE_ROOM
                    ? Finding.warn("disk", message, "make room before models and logs fill the disk")
                    : Finding.ok("disk", message);
        } catch (IOException e) {
            return Finding.warn("disk", "the free space cannot be read", "look at it with df");
        }
    }

    private Finding lock() {
        Path lock = folder.resolve("lock");
        if (!Files.exists(lock)) {
            return Finding.ok("lock", "no server runs on it");
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            return Finding.ok("lock", held == null ? "a server runs on it" : "no server runs on it");
        } catch (OverlappingFileLockException e) {
            return Finding.ok("lock", "a server runs on it, in this process");
        } catch (IOException e) {
            return Finding.fail("lock", lock + " cannot be opened", "run this as the user that runs the server");
        }
    }

    private Finding modes() {
        List<String> open = new ArrayList<>();
        for (String name : SECRET_FILES) {
            try {
                Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
                Path file = folder.resolve(name);
                if (Files.exists(file)) {
                    permissions.addAll(Files.getPosixFilePermissions(file));
                }
                permissions.retainAll(OTHERS);
                if (!permissions.isEmpty()) {
                    open.add(name);
                }
            } catch (IOException | UnsupportedOperationException e) {
                return Finding.warn(
                        "file modes", "they cannot be read here", "see to it that only you can read " + folder);
            }
        }
        return open.isEmpty()
                ? Finding.ok("file modes", "only you can read what is secret")
                : Finding.fail(
                        "file modes", "others can read " + String.join(", ", open), "chmod 600 them, in " + folder);
    }
}
