package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import dev.inferencekey.server.store.postgres.PostgresStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one master key of nodes that share a PostgreSQL. */
@Tag("slow")
class SharedMasterKeyTest {
    private final PostgresForTests.Database database = PostgresForTests.database();
    private final PostgresStore store = database.open();
    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path temp;

    @AfterEach
    void close() {
        store.close();
        database.close();
    }

    private Path folder(String node) {
        try {
            return Files.createDirectories(temp.resolve(node));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private SecretCipher start(String node, MasterKeySource key, boolean acceptsNew) {
        return InstallationCheck.openMasterKey(key, folder(node), store, random, acceptsNew);
    }

    private SecretCipher start(String node) {
        return start(node, new MasterKeySource.DataFolderFile(), false);
    }

    @Test
    void aNodeWithTheSameKeyOpensWhatAnotherSealed() {
        byte[] sealed = start("one").seal("sk-1", "context");
        MasterKeySource same = new MasterKeySource.File(folder("one").resolve("master.key"));

        assertThat(start("two", same, false).open(sealed, "context")).isEqualTo("sk-1");
    }

    @Test
    void aNodeWithAnotherKeyDoesNotStartAlthoughNothingIsSealed() {
        start("one");

        assertThatThrownBy(() -> start("two", new MasterKeySource.Text("ab".repeat(32)), false))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("is another one, and the nodes of the installation in this database share one")
                .hasMessageContaining("--master-key")
                .hasMessageContaining("--store");
        assertThat(start("one")).isNotNull();
    }

    @Test
    void aNodeWithoutAKeyMakesNoneOfItsOwn() {
        start("one");

        assertThatThrownBy(() -> start("two"))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(
                        "master.key is missing, and the nodes of the installation in this database share one");
        assertThat(folder("two")).isEmptyDirectory();
    }

    @Test
    void ofNodesThatStartTogetherForTheFirstTimeOneSaysWhichKeyItIs() throws Exception {
        List<Callable<Boolean>> starts = IntStream.range(0, 4)
                .<Callable<Boolean>>mapToObj(node -> () -> {
                    try {
                        start("node-" + node);
                        return true;
                    } catch (StartupException e) {
                        return false;
                    }
                })
                .toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            assertThat(threads.invokeAll(starts)).filteredOn(Future::resultNow).hasSize(1);
        }
    }

    @Test
    void anotherKeyIsTakenOnceItIsSaid() {
        start("one");
        MasterKeySource other = new MasterKeySource.Text("ab".repeat(32));

        start("two", other, true);

        assertThat(start("two", other, false)).isNotNull();
        assertThatThrownBy(() -> start("one")).isInstanceOf(StartupException.class);
    }
}
