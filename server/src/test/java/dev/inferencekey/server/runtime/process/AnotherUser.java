package dev.inferencekey.server.runtime.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Somebody who is not root, owns nothing but a folder of their own, and has no account; where the tests do not run as root, whoever
 * runs them.
 */
final class AnotherUser implements AutoCloseable {
    private static final int USER = 54_321;

    /** How root becomes them. */
    static final List<String> ENTER =
            List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--inh-caps=-all");

    private final Path open;
    private final Path folder;
    private final String classPath;
    private final boolean root;

    AnotherUser() throws IOException {
        // Not in the test's own folder, which is closed to others.
        open = Files.createTempDirectory("inferencekey-another-user-");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        classPath = copyClassPath(open.resolve("classes"));
        folder = Files.createDirectory(open.resolve("theirs"));
        root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        own();
    }

    Path folder() {
        return folder;
    }

    /** Makes what was put into the folder theirs. */
    void own() throws IOException {
        if (root) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Files.setAttribute(path, "unix:uid", USER, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    /** Runs a class of the tests as them. */
    Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (root) {
            command.addAll(ENTER);
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(open)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The test's own may lie in a home folder. */
    private static String copyClassPath(Path to) throws IOException {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path original = Path.of(entry);
            Path copy = to.resolve(Integer.toString(copies.size()));
            if (Files.isDirectory(original)) {
                copyFolder(original, copy);
                copies.add(copy.toString());
            } else if (Files.isRegularFile(original)) {
                Files.createDirectories(to);
                link(original, Path.of(copy + ".jar"));
                copies.add(copy + ".jar");
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    link(path, copy);
                }
            }
        }
    }

    private static void link(Path original, Path copy) throws IOException {
        try {
            Files.createLink(copy, original);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(original, copy);
        }
    }
}
