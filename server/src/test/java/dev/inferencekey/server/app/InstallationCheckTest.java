package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstallationCheckTest {
    private static final String CONTEXT = UpstreamSecretStore.sealContext(StoreData.ACME.id(), "openai");

    @TempDir
    private Path temp;

    private final SecureRandom random = new SecureRandom();

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    @AutoClose
    private final BreakableStore older = TestStores.sqlite();

    private Path key;

    @BeforeEach
    void anInstallation() {
        key = temp.resolve("master.key");
        StoreData.fill(store);
    }

    private SecretCipher open(boolean acceptsNew) {
        return InstallationCheck.openMasterKey(new MasterKeySource.DataFolderFile(), temp, store, random, acceptsNew);
    }

    private SecretCipher openOlder() {
        return InstallationCheck.openMasterKey(new MasterKeySource.DataFolderFile(), temp, older, random, false);
    }

    private void keep(SecretCipher cipher, String secret) {
        store.<Boolean>write(session -> {
            session.upstreamSecrets()
                    .put(
                            StoreData.ACME.id(),
                            "openai",
                            SecretBinding.NOTHING,
                            cipher.seal(secret, CONTEXT),
                            StoreData.NOW);
            return true;
        });
    }

    private String kept(SecretCipher cipher) {
        return store.read(session -> cipher.open(
                session.upstreamSecrets().find(StoreData.ACME.id(), "openai").orElseThrow(), CONTEXT));
    }

    @Test
    void theSameKeyOpensWhatItSealedAtTheNextStart() {
        keep(open(false), "sk-1");

        assertThat(kept(open(false))).isEqualTo("sk-1");
    }

    @Test
    void aLostKeyStopsTheStartAndLeavesEverythingAsItIs() throws IOException {
        keep(open(false), "sk-1");
        Path elsewhere = Files.move(key, temp.resolve("backup"));

        assertThatThrownBy(() -> open(false))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("master.key is missing, and 1 secret is sealed with it (acme/openai)")
                .hasMessageContaining("put it back from a backup")
                .hasMessageContaining("--accept-new-master-key");
        assertThat(key).doesNotExist();

        Files.move(elsewhere, key);
        assertThat(kept(open(false))).isEqualTo("sk-1");
    }

    @Test
    void aKeyOfAnotherInstallationStopsTheStart() throws IOException {
        keep(open(false), "sk-1");
        Files.write(key, new byte[32]);

        assertThatThrownBy(() -> open(false))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("is not the key of this installation");
    }

    @Test
    void aKeyOfAnotherInstallationIsNoticedInDataOfAReleaseThatKeptNoCheckToo() throws IOException {
        SecretCipher first = open(false);
        StoreData.fill(older);
        older.<Boolean>write(session -> {
            session.upstreamSecrets()
                    .put(
                            StoreData.ACME.id(),
                            "openai",
                            SecretBinding.NOTHING,
                            first.seal("sk-1", CONTEXT),
                            StoreData.NOW);
            return true;
        });
        byte[] right = Files.readAllBytes(key);
        Files.write(key, new byte[32]);
        assertThatThrownBy(this::openOlder).isInstanceOf(StartupException.class);

        Files.write(key, right);
        openOlder();
        Files.write(key, new byte[32]);
        assertThatThrownBy(this::openOlder).isInstanceOf(StartupException.class);
    }

    @Test
    void aNewKeyIsTakenOnceItIsSaidAndEveryLaterStartGoesOnWithIt() throws IOException {
        keep(open(false), "sk-1");
        Files.delete(key);

        SecretCipher fresh = open(true);

        assertThatThrownBy(() -> kept(fresh)).isInstanceOf(IllegalStateException.class);
        keep(fresh, "sk-2");
        assertThat(kept(open(false))).isEqualTo("sk-2");
    }

    @Test
    void aLostKeyThatSealsNothingIsReplaced() throws IOException {
        open(false);
        Files.delete(key);

        keep(open(false), "sk-1");

        assertThat(kept(open(false))).isEqualTo("sk-1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLostDatabaseIsNotTakenForAFirstStart(boolean truncated) throws IOException {
        try (DataFolder folder = DataFolder.open(temp)) {
            if (truncated) {
                Files.createFile(folder.database());
            }
            InstallationCheck.refuseLostDatabase(folder, false);
            Files.write(folder.masterKey(), new byte[32]);

            assertThatThrownBy(() -> InstallationCheck.refuseLostDatabase(folder, false))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining(folder.database() + (truncated ? " is empty" : " is missing"))
                    .hasMessageContaining("master.key")
                    .hasMessageContaining("put a backup of the database back")
                    .hasMessageContaining("--accept-empty-database");
            InstallationCheck.refuseLostDatabase(folder, true);
            Files.write(folder.database(), new byte[1]);
            InstallationCheck.refuseLostDatabase(folder, false);
        }
    }

    @Test
    void usageThatWaitsInTheJournalShowsThatThereWasADatabase() throws IOException {
        try (DataFolder folder = DataFolder.open(temp)) {
            Files.createDirectory(folder.journal());
            InstallationCheck.refuseLostDatabase(folder, false);
            Files.createFile(folder.journal().resolve("0000000001.usage"));

            assertThatThrownBy(() -> InstallationCheck.refuseLostDatabase(folder, false))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("the journal");
        }
    }

    @Test
    void aGatewayBeginsNoInstallation() {
        assertThatThrownBy(() -> InstallationCheck.requireBegun(store, "postgresql://ik@db:5432/x"))
                .hasMessage("no server with the role all or manager has ever run on postgresql://ik@db:5432/x;"
                        + " start one first");
        open(false);
        InstallationCheck.requireBegun(store, "postgresql://ik@db:5432/x");
    }
}
