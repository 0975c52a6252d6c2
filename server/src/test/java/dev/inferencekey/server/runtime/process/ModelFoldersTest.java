package dev.inferencekey.server.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.engine.ModelFiles.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFoldersTest {
    @TempDir
    Path temp;

    private Path models;
    private Path secret;
    private ModelFolders folders;

    @BeforeEach
    void lay() throws IOException {
        Path root = temp.toRealPath();
        models = root.resolve("models");
        Files.createDirectories(models.resolve("qwen"));
        Files.writeString(models.resolve("a.gguf"), "a");
        Files.writeString(models.resolve("qwen/b.gguf"), "b");
        secret = Files.writeString(root.resolve("secret"), "s");
        Files.createDirectories(root.resolve("models-of-others"));
        Files.writeString(root.resolve("models-of-others/x.gguf"), "x");
        Files.writeString(root.resolve("single.gguf"), "1");
        folders = new ModelFolders(List.of(models, root.resolve("single.gguf"), root.resolve("not-yet")));
    }

    @Test
    void findsFilesByTheirNamesInAnyFolderAndByTheirPaths() {
        assertThat(folders.find("a.gguf"))
                .isEqualTo(new Place.Inside(models.resolve("a.gguf").toString(), false));
        assertThat(folders.find("./qwen//b.gguf"))
                .isEqualTo(new Place.Inside(models.resolve("qwen/b.gguf").toString(), false));
        assertThat(folders.find(models.resolve("qwen").toString()))
                .isEqualTo(new Place.Inside(models.resolve("qwen").toString(), true));
        assertThat(folders.find("single.gguf"))
                .isEqualTo(new Place.Inside(models.resolveSibling("single.gguf").toString(), false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c.gguf", "qwen/c.gguf", "secret", "a.gguf/x"})
    void whatIsNotThereMayCome(String path) {
        assertThat(folders.find(path)).isEqualTo(new Place.Missing());
        assertThat(folders.find(models.resolve(path).toString())).isEqualTo(new Place.Missing());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "/nowhere/at/all",
                "/",
                "/dev/null",
                "../secret",
                "qwen/../../secret",
                "..",
                "a\0b"
            })
    void whatLeadsOutLooksTheSameWhetherItIsThereOrNot(String path) {
        assertThat(folders.find(path)).isEqualTo(new Place.Outside());
    }

    @Test
    void aLinkCountsByWhereItLeads() throws IOException {
        Files.createSymbolicLink(models.resolve("out.gguf"), secret);
        Files.createSymbolicLink(models.resolve("out"), secret.getParent());
        Files.createSymbolicLink(models.resolve("others"), models.resolveSibling("models-of-others"));
        Files.createSymbolicLink(models.resolve("in.gguf"), models.resolve("a.gguf"));
        Files.createSymbolicLink(models.resolve("device"), Path.of("/dev/zero"));

        for (String path : List.of("out.gguf", "out/secret", "others/x.gguf", "device")) {
            assertThat(folders.find(path)).as(path).isEqualTo(new Place.Outside());
            assertThat(folders.find(models.resolve(path).toString())).as(path).isEqualTo(new Place.Outside());
        }
        assertThat(folders.find("in.gguf"))
                .isEqualTo(new Place.Inside(models.resolve("a.gguf").toString(), false));
    }

    @Test
    void aFolderWhoseNameBeginsAlikeIsAnother() {
        assertThat(folders.find(models.resolveSibling("models-of-others/x.gguf").toString()))
                .isEqualTo(new Place.Outside());
        assertThat(folders.find(models.resolveSibling("single.gguf.bak").toString()))
                .isEqualTo(new Place.Outside());
    }

    @Test
    void aFolderThatIsALinkItselfIsWhereItLeads() throws IOException {
        Path link = Files.createSymbolicLink(models.resolveSibling("link"), models);
        ModelFolders linked = new ModelFolders(List.of(link));

        assertThat(linked.find("a.gguf"))
                .isEqualTo(new Place.Inside(models.resolve("a.gguf").toString(), false));
        assertThat(linked.find(models.resolve("a.gguf").toString())).isInstanceOf(Place.Inside.class);
    }
}
