package dev.inferencekey.server.runtime.isolation;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The users that engines run as: one for each project, kept as the owner of the project's home folder. Stateless; callers see to it
 * that two projects do not get theirs at the same time.
 *
 * <p>Notes. The numbers lie where no distribution and no service of systemd hands any out, and below 65,536, since containers often
 * know no higher ones. They need no account.
 */
final class EngineUsers {
    static final int FIRST = 60_600;
    static final int LAST = 61_179;

    /** Devices that compute, by the names that their drivers give them. */
    private static final List<String> DEVICES = List.of("nvidia*", "kfd", "dri/*");

    private static final Path DEVICE_FOLDER = Path.of("/dev");

    private EngineUsers() {}

    static boolean isOne(int user) {
        return user >= FIRST && user <= LAST;
    }

    /** The user of this process. */
    static int own() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    static int owner(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The user whose home this is, or one that has none yet.
     *
     * @param home in a folder that holds nothing but homes; need not exist
     * @throws IOException if all are taken, or the folder can't be read
     */
    static int of(Path home) throws IOException {
        if (Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS) && isOne(owner(home))) {
            return owner(home);
        }
        Set<Integer> taken = new HashSet<>();
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(Objects.requireNonNull(home.getParent()))) {
            for (Path other : homes) {
                taken.add(owner(other));
            }
        }
        taken.addAll(running());
        for (int user = FIRST; user <= LAST; user++) {
            if (!taken.contains(user)) {
                return user;
            }
        }
        throw new IOException("all " + (LAST - FIRST + 1) + " users for model servers are taken");
    }

    /** Gives it and what is in it to the user. Links are given, not followed. */
    static void give(Path folder, int user) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) inside::iterator) {
                Files.setAttribute(path, "unix:gid", user, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** The groups that may use the machine's accelerators; not root's. */
    static SortedSet<Integer> deviceGroups() {
        SortedSet<Integer> groups = new TreeSet<>();
        for (String pattern : DEVICES) {
            Path folder = DEVICE_FOLDER.resolve(pattern).getParent();
            String names = String.valueOf(Path.of(pattern).getFileName());
            try (DirectoryStream<Path> devices = Files.newDirectoryStream(folder, names)) {
                for (Path device : devices) {
                    groups.add((Integer) Files.getAttribute(device, "unix:gid"));
                }
            } catch (IOException e) {
                // There are none of this kind.
            }
        }
        groups.remove(0);
        return groups;
    }

    /** Users of processes: another platform on this machine may have taken some. */
    private static Set<Integer> running() throws IOException {
        Set<Integer> users = new HashSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    users.add(owner(process));
                } catch (NoSuchFileException e) {
                    // It has just ended.
                }
            }
        }
        return users;
    }
}
