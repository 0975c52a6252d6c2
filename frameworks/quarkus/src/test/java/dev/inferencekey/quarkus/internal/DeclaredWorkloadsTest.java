package dev.inferencekey.quarkus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.WorkloadSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeclaredWorkloadsTest {
    @TempDir
    private Path folder;

    @Test
    void readsFilesAndSettings() throws IOException {
        Path first = write("first.yaml", "- {name: Bot, slug: bot, backend: simulator, model: simulated}");
        Path second = write("second.yaml", "- {name: Search, slug: search, backend: simulator, model: simulated}");
        assertThat(read(
                        "inferencekey.ensure.files=" + first + ", " + second.toUri(),
                        "inferencekey.ensure.workloads.ranker.backend=simulator",
                        "inferencekey.ensure.workloads.ranker.model=simulated",
                        "inferencekey.ensure.workloads.ranker.task-type=reranker"))
                .extracting(WorkloadSpec::slug)
                .containsExactly("bot", "search", "ranker");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> read()).isInstanceOf(StartupFailure.class).hasMessageContaining("none is declared");
        assertThatThrownBy(() -> read("inferencekey.ensure.files=classpath:gone.yaml"))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("there is no file classpath:gone.yaml");
        assertThatThrownBy(() -> read("inferencekey.ensure.files=" + folder.resolve("gone.yaml")))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("there is no file " + folder);
        assertThatThrownBy(() -> read("inferencekey.ensure.workloads.ranker.backend=simulator"))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("inferencekey.ensure.workloads.ranker", "model");
    }

    @Test
    void refusesWhatIsDeclaredTwice() throws IOException {
        Path file = write("bot.yaml", "- {name: Bot, slug: bot, backend: simulator, model: simulated}");
        assertThatThrownBy(() -> read(
                        "inferencekey.ensure.files=" + file,
                        "inferencekey.ensure.workloads.bot.backend=simulator",
                        "inferencekey.ensure.workloads.bot.model=another"))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("\"bot\" is declared twice");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<WorkloadSpec> read(String... properties) {
        return DeclaredWorkloads.read(Settings.of(properties).config().ensure());
    }
}
