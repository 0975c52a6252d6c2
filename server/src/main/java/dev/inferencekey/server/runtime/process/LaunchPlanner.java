package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.domain.workload.EngineCommand;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out how to start what a workload declares. Immutable and thread-safe. */
final class LaunchPlanner {
    private final List<String> embeddedEngine;
    private final Map<String, String> environment;

    /** @param embeddedEngine the command that starts the embedded engine, empty if there is none */
    LaunchPlanner(List<String> embeddedEngine, Map<String, String> environment) {
        this.embeddedEngine = List.copyOf(embeddedEngine);
        this.environment = Map.copyOf(environment);
    }

    /** @throws IllegalArgumentException with a sentence for people, if it can't be started on this machine */
    Launch plan(ReplicaSpec spec) {
        EngineRecipe recipe = EngineRecipe.of(spec.backend())
                .orElseThrow(() -> new IllegalArgumentException("no recipe for the backend " + spec.backend()));
        String line = spec.config().get("command") instanceof String declared && !declared.isBlank()
                ? declared
                : recipe.defaultCommand(spec.modelName());
        if (line == null) {
            throw new IllegalArgumentException("the backend " + spec.backend() + " needs config.command");
        }
        EngineCommand command = EngineCommand.parse(line);
        Optional<Path> program = find(command.program());
        if (program.isPresent()) {
            List<String> found = new ArrayList<>(command.arguments());
            found.set(0, program.get().toString());
            return new Launch(recipe, found, command.program(), false);
        }
        if (recipe == EngineRecipe.LLAMACPP && !embeddedEngine.isEmpty() && isPlainName(command.program())) {
            List<String> embedded = new ArrayList<>(embeddedEngine);
            embedded.addAll(command.arguments().subList(1, command.arguments().size()));
            return new Launch(recipe, embedded, command.program() + " (embedded)", true);
        }
        throw new IllegalArgumentException("the backend " + spec.backend() + " needs the program " + command.program()
                + ", which is not on this machine's PATH; install it, or name it by its full path");
    }

    private Optional<Path> find(String program) {
        if (!isPlainName(program)) {
            return Optional.of(Path.of(program)).filter(LaunchPlanner::isProgram);
        }
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!folder.isEmpty()) {
                Path candidate = Path.of(folder, program);
                if (isProgram(candidate)) {
                    return Optional.of(candidate);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isPlainName(String program) {
        return program.indexOf('/') < 0;
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
