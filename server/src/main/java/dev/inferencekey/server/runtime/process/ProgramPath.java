package dev.inferencekey.server.runtime.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds programs as a shell would. Stateless. */
final class ProgramPath {
    static final String FALLBACK = "/usr/local/bin:/usr/bin:/bin";

    private ProgramPath() {}

    /** The program of this name on the environment's PATH. */
    static Optional<Path> find(String name, Map<String, String> environment) {
        for (String folder : environment.getOrDefault("PATH", FALLBACK).split(File.pathSeparator)) {
            try {
                Path program = Path.of(folder, name);
                // Relative entries would depend on the folder that someone happened to start the platform in.
                if (program.isAbsolute() && Files.isRegularFile(program) && Files.isExecutable(program)) {
                    return Optional.of(program);
                }
            } catch (InvalidPathException e) {
                // An entry that is no path leads to no program.
            }
        }
        return Optional.empty();
    }
}
