package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.domain.engine.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * Model files on this machine. Thread-safe: looks at the disk each time.
 *
 * <p>Links are followed, and count by where they lead. Between a look and the engine's opening of the file it may become another one:
 * whoever may write the folders is trusted with what is in them.
 *
 * @param entries folders, and single files, in which declarations may name models; they need not exist yet
 */
public record ModelFolders(List<Path> entries) implements ModelFiles {
    public ModelFolders {
        entries = entries.stream()
                .map(entry -> entry.toAbsolutePath().normalize())
                .toList();
    }

    /** Where the entries are, links resolved. */
    List<Path> places() {
        return entries.stream().map(ModelFolders::realOf).toList();
    }

    @Override
    public Place find(String text) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            return new Place.Outside();
        }
        for (Path part : path) {
            if (part.toString().equals("..")) {
                return new Place.Outside();
            }
        }
        return path.isAbsolute() ? absolute(path.normalize()) : relative(path.normalize());
    }

    private Place absolute(Path path) {
        Place found = real(path);
        // Outside the folders the answer is the same whether there is anything or not: it must not tell what this
        // machine holds.
        boolean meant = entries.stream().anyMatch(path::startsWith);
        return found instanceof Place.Missing && !meant ? new Place.Outside() : found;
    }

    private Place relative(Path path) {
        for (Path entry : entries) {
            boolean single = Files.isRegularFile(entry);
            Place found = !single
                    ? real(entry.resolve(path))
                    : path.equals(entry.getFileName()) ? real(entry) : new Place.Missing();
            if (!(found instanceof Place.Missing)) {
                return found;
            }
        }
        return new Place.Missing();
    }

    private Place real(Path path) {
        try {
            Path real = path.toRealPath();
            if (entries.stream().noneMatch(entry -> real.startsWith(realOf(entry)))) {
                return new Place.Outside();
            }
            boolean folder = Files.isDirectory(real);
            if (!folder && !Files.isRegularFile(real)) {
                return new Place.Outside();
            }
            return Files.isReadable(real) ? new Place.Inside(real.toString(), folder) : new Place.Missing();
        } catch (IOException e) {
            return new Place.Missing();
        }
    }

    private static Path realOf(Path entry) {
        try {
            return entry.toRealPath();
        } catch (IOException e) {
            return entry;
        }
    }
}
