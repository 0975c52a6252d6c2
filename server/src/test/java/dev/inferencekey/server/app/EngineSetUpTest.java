package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.engine.ModelFiles.Place;
import dev.inferencekey.server.runtime.process.ProcessDriverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineSetUpTest {
    @TempDir
    Path temp;

    private DataFolder data;

    @BeforeEach
    void open() {
        data = DataFolder.open(temp.resolve("data"));
    }

    @AfterEach
    void close() {
        data.close();
    }

    @Test
    void modelsAreInTheDataFoldersOwnUnlessFoldersAreNamed() throws IOException {
        ProcessDriverConfig usual = processes(EngineConfig.defaults());
        Files.writeString(data.models().resolve("a.gguf"), "a");
        assertThat(usual.models().find("a.gguf")).isInstanceOf(Place.Inside.class);

        Path other = Files.createDirectories(temp.resolve("other"));
        Files.writeString(other.resolve("b.gguf"), "b");
        ProcessDriverConfig named =
                processes(EngineConfig.defaults().withModels(List.of(other, other.resolve("b.gguf"))));
        assertThat(named.models().find("b.gguf")).isInstanceOf(Place.Inside.class);
        assertThat(named.models().find(data.models().resolve("a.gguf").toString()))
                .isEqualTo(new Place.Outside());
    }

    @Test
    void noModelFolderLetsDeclarationsNameThePlatformsOwnFiles() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), temp);
        for (Path folder :
                List.of(temp, link, temp.resolve("data"), Files.createDirectories(data.engine()), Path.of("/"))) {
            assertThatThrownBy(() -> processes(EngineConfig.defaults().withModels(List.of(folder))))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("must not hold each other");
        }
        assertThatThrownBy(() -> processes(EngineConfig.defaults().withModels(List.of(temp.resolve("nowhere")))))
                .hasMessageContaining("does not exist");
    }

    @Test
    void aFileOfFlagsThatCanNotBeReadOrIsWrongStopsTheStart() throws IOException {
        Path file = temp.resolve("flags");
        assertThatThrownBy(() -> processes(EngineConfig.defaults().withFlags(file)))
                .isInstanceOf(StartupException.class)
                .hasMessage("the file of engine flags " + file + " can't be read");
        Files.writeString(file, "[vllm]\n--x no-kind\n");
        assertThatThrownBy(() -> processes(EngineConfig.defaults().withFlags(file)))
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("the file of engine flags " + file + ", line 2: unknown kind no-kind");
        Files.writeString(file, "[vllm]\n--trust-remote-code none\n");
        assertThat(processes(EngineConfig.defaults().withFlags(file))
                        .rules()
                        .plan("vllm", "m", Map.of("command", "vllm serve m --trust-remote-code")))
                .isPresent();
    }

    @Test
    void anEnvironmentOfVllmMustHoldOne() throws IOException {
        Path environment = temp.resolve("vllm");
        Files.createDirectories(environment.resolve("bin"));
        EngineConfig engines = EngineConfig.defaults().withVllmEnvironments(Map.of("0.11.0", environment));
        assertThatThrownBy(() -> processes(engines))
                .hasMessage("the environment " + environment
                        + " of vLLM 0.11.0 has no program bin/vllm; install vLLM there, or leave it out");

        Path program = Files.writeString(environment.resolve("bin/vllm"), "#!/bin/sh\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        assertThat(processes(engines).rules().vllmVersions()).containsExactly("0.11.0");
    }

    private ProcessDriverConfig processes(EngineConfig engines) {
        return EngineSetUp.processes(
                PlatformConfig.builder(temp.resolve("data")).engines(engines).build(), data);
    }
}
