package dev.inferencekey.server.runtime.isolation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a program needs besides itself: its interpreter, and the folders that it was installed into together with it. Stateless. */
final class ProgramFiles {
    private static final int MAX_INTERPRETERS = 4;
    private static final int MAX_FIRST_LINE = 512;

    /** What stands beside {@code bin} where a program was installed. */
    private static final List<String> BESIDE = List.of("lib", "lib64", "libexec", "include");

    private ProgramFiles() {}

    /** Existing files and folders. Those of the system are not left out. */
    static Set<Path> of(Path program) {
        Set<Path> needed = new LinkedHashSet<>();
        collect(program, needed, MAX_INTERPRETERS);
        return needed;
    }

    /** What is named in a command of the platform's own: absolute paths, also several in one argument. */
    static Set<Path> named(List<String> command) {
        Set<Path> named = new LinkedHashSet<>();
        for (String argument : command) {
            for (String word : argument.split("[:=]")) {
                if (word.startsWith("/") && Files.exists(Path.of(word))) {
                    named.add(Path.of(word));
                }
            }
        }
        return named;
    }

    private static void collect(Path program, Set<Path> needed, int interpretersLeft) {
        needed.add(program);
        installation(program, needed);
        try {
            Path real = program.toRealPath();
            needed.add(real);
            installation(real, needed);
            Path interpreter = interpreter(real);
            if (interpreter != null && interpretersLeft > 0) {
                collect(interpreter, needed, interpretersLeft - 1);
            }
        } catch (IOException e) {
            // It will not start, and say so better.
        }
    }

    private static void installation(Path program, Set<Path> needed) {
        Path folder = program.getParent();
        if (folder == null) {
            return;
        }
        needed.add(folder);
        Path above = folder.getParent();
        String name = String.valueOf(folder.getFileName());
        if (above == null || !(name.equals("bin") || name.equals("shims"))) {
            return;
        }
        // A Python or Conda environment is a world of its own; so is what keeps shims.
        if (name.equals("shims")
                || Files.exists(above.resolve("pyvenv.cfg"))
                || Files.isDirectory(above.resolve("conda-meta"))) {
            needed.add(above);
            basePython(above.resolve("pyvenv.cfg"), needed);
            return;
        }
        for (String beside : BESIDE) {
            if (Files.isDirectory(above.resolve(beside))) {
                needed.add(above.resolve(beside));
            }
        }
    }

    private static void basePython(Path settings, Set<Path> needed) {
        try {
            for (String line : Files.isRegularFile(settings) ? Files.readAllLines(settings) : List.<String>of()) {
                String[] words = line.split("=", 2);
                if (words.length == 2 && words[0].strip().equals("home")) {
                    installation(Path.of(words[1].strip()).resolve("python3"), needed);
                }
            }
        } catch (IOException | InvalidPathException e) {
            // A broken environment says so better when it starts.
        }
    }

    /** From a first line such as {@code #!/home/me/venv/bin/python3}; null if there is none. */
    private static @Nullable Path interpreter(Path program) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(program)) {
            start = in.readNBytes(MAX_FIRST_LINE);
        }
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (!text.startsWith("#!")) {
            return null;
        }
        List<String> words = new ArrayList<>(
                List.of(text.substring(2).lines().findFirst().orElse("").strip().split("[ \t]+")));
        try {
            Path interpreter = Path.of(words.get(0));
            return interpreter.isAbsolute() && Files.isRegularFile(interpreter) ? interpreter : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
