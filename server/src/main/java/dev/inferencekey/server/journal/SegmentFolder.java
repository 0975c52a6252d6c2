package dev.inferencekey.server.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's folder: {@code 000000000000000001.usage} and so on. {@code .new} is a file in the making, {@code .bad} one that could
 * not be read to its end, which is kept for whoever wants to look. Other files are left alone.
 */
final class SegmentFolder {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFolder.class);
    private static final Pattern NAME = Pattern.compile("([0-9]{18})\\.usage");
    private static final String IN_THE_MAKING = "segment.new";

    private final Path root;
    private long lastNumber;

    SegmentFolder(Path root) throws IOException {
        this.root = root;
        if (!Files.isDirectory(root)) {
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Files.deleteIfExists(inTheMaking());
    }

    /** What earlier runs left, the oldest first. What is no segment is set aside. */
    List<Segment> leftovers() throws IOException {
        TreeMap<Long, Path> byNumber = new TreeMap<>();
        try (Stream<Path> files = Files.list(root)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    byNumber.put(Long.parseLong(name.group(1)), file);
                }
            }
        }
        List<Segment> segments = new ArrayList<>();
        for (var entry : byNumber.entrySet()) {
            Path file = entry.getValue();
            try {
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw new UnreadableSegmentException("it is no file");
                }
                segments.add(Segment.open(file, entry.getKey()));
                lastNumber = entry.getKey();
            } catch (UnreadableSegmentException e) {
                LOG.warn(
                        "usage journal: a file can't be read and was set aside file={} reason={}",
                        setAside(file),
                        e.getMessage());
            }
        }
        return segments;
    }

    /** A new segment, ready for use. */
    Segment create(int bytes) throws IOException {
        return begun(Segment.create(inTheMaking(), bytes));
    }

    /** The same of a used one. */
    Segment renew(Segment used) throws IOException {
        used.wipe(inTheMaking());
        return begun(used);
    }

    private Segment begun(Segment segment) throws IOException {
        long number = lastNumber + 1;
        segment.begin(number, root.resolve(String.format(Locale.ROOT, "%018d.usage", number)));
        lastNumber = number;
        return segment;
    }

    /** Where the file is now. */
    Path setAside(Path file) throws IOException {
        Path target = root.resolve(file.getFileName() + ".bad");
        for (int i = 2; Files.exists(target, LinkOption.NOFOLLOW_LINKS); i++) {
            target = root.resolve(file.getFileName() + "." + i + ".bad");
        }
        return Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path inTheMaking() {
        return root.resolve(IN_THE_MAKING);
    }
}
