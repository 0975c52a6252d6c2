package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.Child;
import dev.inferencekey.bench.machine.CommandOutput;
import dev.inferencekey.bench.machine.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The real server with everything switched on, started as its users start it, on a data folder that was provisioned before. */
public final class Us implements Contender {
    public static final String NAME = "us";

    private final Path repository;
    private final String name;
    private final String description;
    private final Path dataFolder;
    private final List<String> options;
    private final String javaOptions;

    /**
     * @param repository with {@code ./ik}
     * @param dataFolder what {@link Provisioning} left
     * @param options of {@code ik server}, besides folder and port
     * @param javaOptions for the JVM, besides those of {@code ./ik}; may be empty
     */
    public Us(
            Path repository,
            String name,
            String description,
            Path dataFolder,
            List<String> options,
            String javaOptions) {
        this.repository = repository;
        this.name = name;
        this.description = description;
        this.dataFolder = dataFolder;
        this.options = List.copyOf(options);
        this.javaOptions = javaOptions;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public String version() {
        return CommandOutput.firstLine(List.of(repository.resolve("ik").toString(), "--version"), "unknown")
                + CommandOutput.firstLine(
                                List.of("git", "-C", repository.toString(), "rev-parse", "--short", "HEAD"), "")
                        .transform(commit -> commit.isEmpty() ? "" : ", commit " + commit);
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Running start(Bench bench) {
        int port = FreePort.find();
        Child child = launch(repository, bench, name, dataFolder, port, options, javaOptions);
        return new Running(
                name,
                new Target(port, Bench.PREFIX + Bench.CHAT, Map.of("Authorization", "Bearer " + bench.key())),
                child);
    }

    /** Whether {@code ik server} knows the option. */
    public static boolean knows(Path repository, String option) {
        return CommandOutput.of(List.of(repository.resolve("ik").toString(), "server", "--help"), Map.of())
                .contains(option);
    }

    static Child launch(
            Path repository,
            Bench bench,
            String name,
            Path dataFolder,
            int port,
            List<String> options,
            String javaOptions) {
        List<String> command = new ArrayList<>(List.of(
                repository.resolve("ik").toString(),
                "server",
                "--data",
                dataFolder.toString(),
                "--port",
                Integer.toString(port)));
        command.addAll(options);
        return Child.start(
                bench.cores().proxy(),
                command,
                Map.of("IK_JAVA_OPTS", javaOptions),
                bench.folder(name).resolve("output.log"));
    }
}
