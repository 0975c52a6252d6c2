package dev.inferencekey.server.runtime.isolation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a model server may see of this machine's files: the system, and what is named. Not the platform's data, not people's home
 * folders, not the sockets of other services, not other programs' temporary files. Looks at the file system.
 *
 * <p>Notes. A folder is shown as a whole unless something in it must stay hidden; then its entries are shown one by one. A named path
 * inside a hidden folder is shown, and the folders above it exist, empty but for it.
 *
 * @param dataFolder never shown but for what is named inside
 * @param home of the platform's user, hidden but for what is named inside
 */
record Sight(Path dataFolder, Path home) {
    private static final Path ROOT = Path.of("/");
    static final Path TEMPORARY = Path.of("/tmp");
    static final Path DEVICES = Path.of("/dev");

    /** The kernel's view of processes is rebuilt inside, or shown by itself. */
    private static final Path PROCESSES = Path.of("/proc");

    private static final List<Path> HIDDEN = List.of(TEMPORARY, Path.of("/root"), Path.of("/home"), Path.of("/run"));

    /** Folders that are nobody's home, whatever an account of the system says. */
    private static final Set<Path> NO_HOMES =
            Set.of(ROOT, Path.of("/usr"), Path.of("/var"), Path.of("/opt"), Path.of("/etc"), Path.of("/bin"), DEVICES);

    /** Of what runs: how names are looked up, and where some systems keep their programs and drivers. */
    private static final List<Path> NEEDED = List.of(
            Path.of("/run/systemd/resolve"),
            Path.of("/run/resolvconf"),
            Path.of("/run/NetworkManager"),
            Path.of("/run/current-system"),
            Path.of("/run/opengl-driver"),
            Path.of("/run/nvidia-persistenced"));

    /** Of more named files, the folders that they lie in are shown: each mount costs a few milliseconds. */
    private static final int MAX_APART = 16;

    /**
     * In the order in which it has to be shown.
     *
     * @param temporary what appears as {@code /tmp}
     * @param readable files and folders; those that do not exist are left out
     * @param writable folders that exist
     */
    List<Exposure> expose(Path temporary, Collection<Path> readable, Collection<Path> writable) throws IOException {
        List<Exposure> shown = new ArrayList<>();
        try {
            for (Path entry : entries(ROOT)) {
                if (entry.equals(DEVICES)) {
                    shown.add(new Exposure.Own(entry));
                } else if (!entry.equals(PROCESSES)) {
                    show(entry, shown);
                }
            }
            shown.add(new Exposure.At(temporary, TEMPORARY));
            for (Path path : together(readable)) {
                show(path, shown);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path path : writable) {
            shown.add(new Exposure.Own(path));
        }
        return shown;
    }

    private List<Path> together(Collection<Path> readable) {
        SortedSet<Path> named = new TreeSet<>();
        for (Path path : readable) {
            add(path, named);
        }
        for (int before = Integer.MAX_VALUE; named.size() > MAX_APART && named.size() < before; ) {
            before = named.size();
            SortedSet<Path> above = new TreeSet<>();
            for (Path path : named) {
                Path folder = path.getParent();
                add(folder != null && mayBeShownWhole(folder) ? folder : path, above);
            }
            named = above;
        }
        for (Path path : NEEDED) {
            add(path, named);
        }
        List<Path> outermost = new ArrayList<>();
        for (Path path : named) {
            // Sorted: what a folder contains follows it.
            if (outermost.isEmpty() || !path.startsWith(outermost.getLast())) {
                outermost.add(path);
            }
        }
        return outermost;
    }

    private boolean mayBeShownWhole(Path folder) {
        return hidden().stream().noneMatch(hidden -> hidden.startsWith(folder));
    }

    /** Also where it leads to, if it is a link. */
    private void add(Path path, Set<Path> wanted) {
        try {
            for (Path each : List.of(path.toAbsolutePath().normalize(), path.toRealPath())) {
                if (isHidden(each) && !hidden().contains(each)) {
                    wanted.add(each);
                }
            }
        } catch (IOException e) {
            // What does not exist can't be shown.
        }
    }

    private void show(Path path, List<Exposure> shown) {
        if (hidden().contains(path)) {
            return;
        }
        if (Files.isSymbolicLink(path)) {
            try {
                shown.add(new Exposure.Link(path, Files.readSymbolicLink(path)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (hidden().stream().noneMatch(hidden -> hidden.startsWith(path))) {
            shown.add(new Exposure.View(path));
        } else if (isOpenToAll(path)) {
            for (Path entry : entries(path)) {
                show(entry, shown);
            }
        }
    }

    /** Whether it is not among what is shown of the system. */
    private boolean isHidden(Path path) {
        if (hidden().stream().anyMatch(path::startsWith)) {
            return true;
        }
        for (Path above = path.getParent(); above != null && !above.equals(ROOT); above = above.getParent()) {
            Path folder = above;
            if (hidden().stream().anyMatch(hidden -> hidden.startsWith(folder)) && !isOpenToAll(folder)) {
                return true;
            }
        }
        return false;
    }

    private Set<Path> hidden() {
        Set<Path> all = new LinkedHashSet<>(HIDDEN);
        all.add(dataFolder);
        if (!NO_HOMES.contains(home)) {
            all.add(home);
        }
        return all;
    }

    /** Folders that are closed to others stay so, although the path to something inside has to be opened. */
    private static boolean isOpenToAll(Path folder) {
        try {
            return Files.getPosixFilePermissions(folder)
                    .containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_EXECUTE));
        } catch (FileSystemException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> entries(Path folder) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path entry : stream) {
                if (Files.isDirectory(entry) || Files.isRegularFile(entry) || isLink(entry)) {
                    entries.add(entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entries.sort(null);
        return entries;
    }

    private static boolean isLink(Path entry) {
        return Files.exists(entry, LinkOption.NOFOLLOW_LINKS) && Files.isSymbolicLink(entry);
    }
}
