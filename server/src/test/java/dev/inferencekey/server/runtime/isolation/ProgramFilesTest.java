package dev.inferencekey.server.runtime.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFilesTest {
    @TempDir
    private Path home;

    @Test
    void aScriptOfAVirtualEnvironmentNeedsThatAndThePythonItWasMadeFrom() throws IOException {
        Path python = file("python/bin/python3.12", "");
        Files.createDirectories(home.resolve("python/lib"));
        Path environment = home.resolve("venv");
        Path program = file("venv/bin/vllm", "#!" + environment.resolve("bin/python") + "\nimport vllm\n");
        Files.createSymbolicLink(environment.resolve("bin/python"), python);
        file("venv/pyvenv.cfg", "home = " + python.getParent() + "\n");

        assertThat(ProgramFiles.of(program))
                .contains(environment, python.toRealPath(), home.resolve("python/lib"))
                .doesNotContain(home);
    }

    @Test
    void aLinkNeedsWhatLiesBesideTheProgramItLeadsTo() throws IOException {
        Path real = file("llama.cpp/build/bin/llama-server", "");
        Path link = Files.createSymbolicLink(
                Files.createDirectory(home.resolve("bin")).resolve("llama-server"), real);

        assertThat(ProgramFiles.of(link)).contains(link, real.toRealPath().getParent());
    }

    @Test
    void ofAnInstallationTheLibrariesAreNeededAndNotTheRest() throws IOException {
        Path program = file("local/bin/llama-server", "");
        Files.createDirectories(home.resolve("local/lib"));
        Files.createDirectories(home.resolve("local/share"));

        assertThat(ProgramFiles.of(program))
                .contains(program, program.getParent(), home.resolve("local/lib"))
                .doesNotContain(home.resolve("local"), home.resolve("local/share"));
    }

    @Test
    void pathsInACommandAreFoundAlsoInsideArguments() throws IOException {
        Path one = file("a.jar", "");
        Path other = file("b.jar", "");

        assertThat(ProgramFiles.named(List.of("java", "-cp", one + ":" + other, "-Dx=" + home, "-Dy=/nowhere/at/all")))
                .containsExactlyInAnyOrder(one, other, home);
    }

    private Path file(String name, String text) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
