package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.domain.engine.EngineLists;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A folder with programs that are all the fake engine, under the names of real ones. */
final class EngineBench {
    /** The built-in lists, and what the fake engine takes. */
    static final EngineLists LISTS = EngineLists.builtIn().plus("""
            [llama-server, vllm, vllm-omni, sglang, sd-server]
            --fake-say              text
            --fake-say-variable     name
            --fake-exit             integer 0..255
            --fake-record           text
            --fake-ignore-term      none
            --fake-goodbye          text
            --fake-spawn            integer 0..10000
            --fake-never-ready      none
            --fake-open             none
            --fake-own-key          none
            --fake-stdin            none
            --fake-port-taken-once  text
            --fake-grow             integer 0..10000
            """);

    private final Path programs;
    private final Path data;

    EngineBench(Path folder) throws IOException {
        this.programs = Files.createDirectories(folder.resolve("programs"));
        this.data = folder.resolve("data");
        Files.createDirectories(modelsFolder());
        Files.writeString(model(), "no model");
    }

    EngineBench install(String... names) throws IOException {
        Path classes = copyClasses();
        for (String name : names) {
            Path program = programs.resolve(name);
            Files.writeString(program, "#!/bin/sh\nexec " + String.join(" ", launchCommand(classes)) + " \"$@\"\n");
            if (!program.toFile().setExecutable(true, false)) {
                throw new IOException("can't make " + program + " executable");
            }
        }
        return this;
    }

    /** Beside the programs, where an isolated one finds them. */
    private Path copyClasses() throws IOException {
        Path classes = programs.resolve("classes");
        String folder = EngineBench.class.getPackageName().replace('.', '/');
        Files.createDirectories(classes.resolve(folder));
        for (String names : List.of("FakeEngine*.class", "HostileActs*.class")) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(Path.of(testClasses()).resolve(folder), names)) {
                for (Path file : files) {
                    Files.copy(
                            file,
                            classes.resolve(folder).resolve(file.getFileName()),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return classes;
    }

    Path program(String name) {
        return programs.resolve(name);
    }

    /** The fake engine, to be followed by its arguments. */
    static List<String> launchCommand() {
        return launchCommand(Path.of(testClasses()));
    }

    private static List<String> launchCommand(Path classes) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classes.toString(),
                FakeEngine.class.getName());
    }

    static String testClasses() {
        try {
            return Path.of(FakeEngine.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The fakes first, then what the system has. */
    String path() {
        return programs + ":/usr/bin:/bin";
    }

    Path dataFolder() {
        return data;
    }

    Path engineFolder() {
        return data.resolve("engine");
    }

    Path modelsFolder() {
        return data.resolve("models");
    }

    /** A file that commands may name as their model. */
    Path model() {
        return modelsFolder().resolve("tiny.gguf");
    }
}
