package dev.inferencekey.server.runtime.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The temporary folder stands for a home: both are hidden but for what is named inside. */
class SightTest {
    @TempDir
    private Path home;

    private Path shared;
    private Path data;
    private Path temporary;
    private Sight sight;

    @BeforeEach
    void furnish() throws IOException {
        home = home.toRealPath();
        shared = Files.createDirectory(home.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        data = Files.createDirectories(shared.resolve("data"));
        Files.createDirectories(data.resolve("models"));
        Files.createFile(shared.resolve("notes"));
        temporary = Files.createDirectory(home.resolve("tmp"));
        sight = new Sight(data, home);
    }

    @Test
    void theSystemIsShownAndNothingOfHomesDataAndSockets() throws IOException {
        List<Path> shown = shown(List.of());

        assertThat(shown).contains(Path.of("/usr"), Path.of("/etc"));
        assertThat(shown)
                .noneMatch(data::startsWith)
                .noneMatch(path -> path.startsWith(home))
                .noneMatch(path -> path.startsWith("/root") || path.startsWith("/home"))
                .doesNotContain(Path.of("/run"), Path.of("/tmp"), Path.of("/proc"));
    }

    @Test
    void whatIsNamedInAHiddenFolderIsShownAlone() throws IOException {
        assertThat(shown(List.of(data.resolve("models"), home.resolve("nothing"))))
                .contains(data.resolve("models"))
                .filteredOn(path -> path.startsWith(home))
                .containsExactly(data.resolve("models"));
    }

    @Test
    void aNamedFolderThatHoldsTheDataFolderIsShownWithoutIt() throws IOException {
        assertThat(shown(List.of(shared)))
                .filteredOn(path -> path.startsWith(home))
                .containsExactly(shared.resolve("notes"));
    }

    @Test
    void aFolderThatIsClosedToOthersIsNotOpenedForWhatLiesBesideTheData() throws IOException {
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwx------"));

        assertThat(shown(List.of(shared))).noneMatch(path -> path.startsWith(home));
    }

    @Test
    void theDataFolderIsNotShownEvenIfItIsNamed() throws IOException {
        assertThat(shown(List.of(data, home))).noneMatch(path -> path.startsWith(home));
    }

    @Test
    void aLinkIsShownWithWhatItLeadsTo() throws IOException {
        Path target =
                Files.createFile(Files.createDirectory(home.resolve("real")).resolve("model"));
        Path link = Files.createSymbolicLink(home.resolve("link"), target);

        List<Exposure> exposures = sight.expose(temporary, List.of(link), List.of());

        assertThat(exposures).contains(new Exposure.Link(link, target), new Exposure.View(target));
    }

    @Test
    void ofManyFilesTheFolderIsShown() throws IOException {
        Path jars = Files.createDirectory(home.resolve("jars"));
        List<Path> named = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            named.add(Files.createFile(jars.resolve(i + ".jar")));
        }

        assertThat(shown(named)).filteredOn(path -> path.startsWith(home)).containsExactly(jars);
    }

    private List<Path> shown(List<Path> readable) throws IOException {
        List<Path> shown = new ArrayList<>();
        for (Exposure exposure : sight.expose(temporary, readable, List.of())) {
            switch (exposure) {
                case Exposure.View(Path path) -> shown.add(path);
                case Exposure.Link(Path path, Path _) -> shown.add(path);
                case Exposure.Own _, Exposure.At _ -> {}
            }
        }
        return shown;
    }
}
