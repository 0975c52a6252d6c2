package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                        .containsExactlyInAnyOrder("lock", DataFolder.OPERATOR_CREDENTIAL);
            }
        }
        assertThat(file).doesNotExist();
    }
}
