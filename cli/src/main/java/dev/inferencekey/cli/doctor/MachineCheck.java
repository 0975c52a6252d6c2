package dev.inferencekey.cli.doctor;

import dev.inferencekey.cli.shell.Shell;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Looks at the machine: its Java, and what can run llama.cpp models on it. */
record MachineCheck(Shell shell, String osName, String osArch) {
    private static final int NEEDED_JAVA = 25;
    private static final String PROGRAM = "llama-server";

    List<Finding> run() {
        return List.of(java(), engine());
    }

    private static Finding java() {
        String version = Runtime.version().toString();
        return Runtime.version().feature() >= NEEDED_JAVA
                ? Finding.ok("java", version)
                : Finding.fail("java", version, "install a JDK " + NEEDED_JAVA + " or set JAVA_HOME to one");
    }

    private Finding engine() {
        Optional<Path> installed = onPath();
        if (installed.isPresent()) {
            return Finding.ok("engine", PROGRAM + " at " + installed.get());
        }
        return hasEmbedded()
                ? Finding.ok("engine", "embedded llama.cpp (no " + PROGRAM + " on PATH)")
                : Finding.warn(
                        "engine",
                        "no " + PROGRAM + " on PATH, and none embedded for " + osName + " on " + osArch,
                        "install llama.cpp to run llamacpp workloads here");
    }

    private Optional<Path> onPath() {
        for (String folder : shell.environment().getOrDefault("PATH", "").split(File.pathSeparator)) {
            try {
                Path program = Path.of(folder, PROGRAM);
                if (!folder.isEmpty() && Files.isRegularFile(program) && Files.isExecutable(program)) {
                    return Optional.of(program);
                }
            } catch (InvalidPathException e) {
                // No folder of that name can exist.
            }
        }
        return Optional.empty();
    }

    /** What the binding brings along. */
    private boolean hasEmbedded() {
        String os = osName.toLowerCase(Locale.ROOT);
        String folder = os.contains("mac") ? "Mac" : os.contains("linux") ? "Linux" : "Windows";
        String arch = osArch.equals("amd64") ? "x86_64" : osArch;
        String library = System.mapLibraryName("jllama");
        return MachineCheck.class.getResource("/de/kherud/llama/" + folder + "/" + arch + "/" + library) != null;
    }
}
