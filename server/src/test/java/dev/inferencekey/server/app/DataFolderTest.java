package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.engine.EngineLists;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import dev.inferencekey.server.runtime.process.ModelFolders;
import dev.inferencekey.server.runtime.process.ProcessDriver;
import dev.inferencekey.server.runtime.process.ProcessDriverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DataFolderTest {
    @TempDir
    private Path temp;

    @Test
    void isMadeForItsOwnerAlone() throws IOException {
        Path root = temp.resolve("a/b");
        DataFolder.open(root).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwx------");
    }

    @Test
    void aFolderThatEverybodyMayWriteIsRefused() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> DataFolder.open(temp))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("can be changed by every user of this machine")
                .hasMessageContaining("chmod 700 " + temp);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void aFolderThatItsGroupMayWriteIsTold() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwx---"));
        try (DataFolder folder = DataFolder.open(temp)) {
            assertThat(folder.isOpenToItsGroup()).isTrue();
        }
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-x---"));
        try (DataFolder folder = DataFolder.open(temp)) {
            assertThat(folder.isOpenToItsGroup()).isFalse();
        }
    }

    @Test
    void whatAnEarlierStartLeftOpenIsClosed() throws IOException {
        Path lock = Files.createFile(temp.resolve("lock"));
        Path logs = Files.createDirectory(temp.resolve("logs"));
        Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(logs, PosixFilePermissions.fromString("rwxrwxrwx"));

        DataFolder.open(temp).close();

        assertThat(permissions(lock)).isEqualTo("rw-------");
        assertThat(permissions(logs)).isEqualTo("rwxr-xr-x");
    }

    @Test
    @Tag("slow")
    void theUmaskDoesNotOpenWhatIsMade() throws Exception {
        Path root = temp.resolve("data");
        Process opened = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "umask 0; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpensDataFolder.class.getName(),
                        root.toString())
                .inheritIO()
                .start();
        assertThat(opened.waitFor()).isZero();

        assertThat(permissions(root)).isEqualTo("rwx------");
        assertThat(permissions(root.resolve("lock"))).isEqualTo("rw-------");
        assertThat(permissions(root.resolve("logs"))).isEqualTo("rwx------");
        assertThat(permissions(root.resolve("engine"))).isEqualTo("rwx------");
    }

    /** What a platform does first with its data folder, in a process with another umask. */
    static final class OpensDataFolder {
        private OpensDataFolder() {}

        public static void main(String[] arguments) {
            try (DataFolder folder = DataFolder.open(Path.of(arguments[0]))) {
                new ProcessDriver(
                                new ProcessDriverConfig(
                                        folder.root(),
                                        EngineIsolation.AUTO,
                                        folder.engine(),
                                        new ModelFolders(List.of(folder.models())),
                                        EngineLists.builtIn(),
                                        Map.of(),
                                        null,
                                        Map.of(),
                                        ProcessDriverConfig.DEFAULT_START_TIMEOUT,
                                        ProcessDriverConfig.DEFAULT_STOP_GRACE),
                                new SecureRandom())
                        .close();
            }
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void refusesASecondServerInOneSentence() {
        DataFolder first = DataFolder.open(temp);
        assertThatThrownBy(() -> DataFolder.open(temp))
                .isInstanceOf(StartupException.class)
                .hasMessage("another InferenceKey server runs on the data folder " + temp
                        + "; stop it, or give this one a folder of its own with --data");
        first.close();
        DataFolder.open(temp).close();
    }

    @Test
    void aFileInItsPlaceIsNamed() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "not a folder");
        assertThatThrownBy(() -> DataFolder.open(file))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void theOperatorCredentialIsReadableByItsOwnerAloneAndGoneAfterwards() throws IOException {
        Path file = temp.resolve(DataFolder.OPERATOR_CREDENTIAL);
        try (DataFolder folder = DataFolder.open(temp)) {
            folder.writeOperatorCredential("first");
            folder.writeOperatorCredential("second");
            assertThat(file).hasContent("second\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            try (var files = Files.list(temp)) {
                assertThat(files.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder("lock", "logs", DataFolder.OPERATOR_CREDENTIAL);
            }
        }
        assertThat(file).doesNotExist();
    }
}
