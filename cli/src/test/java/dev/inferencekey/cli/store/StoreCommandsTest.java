package dev.inferencekey.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.server.app.DataFolder;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.journal.JournalConfig;
import dev.inferencekey.server.journal.MappedUsageJournal;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ik store} on a file; on a database it is tried with whole servers. */
@Tag("slow")
class StoreCommandsTest {
    @TempDir
    private Path home;

    private Path data;

    @BeforeEach
    void aDataFolder() throws IOException {
        data = Files.createDirectories(new TestShell(home).dataFolder());
    }

    private void aStore() {
        SqliteStore.open(data.resolve("inferencekey.db")).close();
    }

    private Result store(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "store";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return new TestShell(home).run(all);
    }

    @Test
    void aSoundStorePassesItsCheck() {
        aStore();
        Result result = store("check");
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(result.out())
                .contains("ok    integrity", "ok    references", "ok    secrets", "0 projects, 0 workloads");
    }

    @Test
    void aServersConfigurationFileSaysWhereTheStoreIs() throws IOException {
        Path elsewhere = Files.createDirectories(home.resolve("elsewhere"));
        SqliteStore.open(elsewhere.resolve("inferencekey.db")).close();
        Path key = Files.writeString(home.resolve("key"), "00".repeat(32));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        // What else the file says may be for another user's eyes: it is not looked at.
        Path file = Files.writeString(
                home.resolve("ik.yaml"),
                "data: " + elsewhere + "\nmaster-key: " + key + "\nwebhook-secret-file: /root/not-yours\n");
        Result result = store("check", "--config", file.toString());
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(result.out()).contains("ok    secrets", "the master key opens all 0");
        assertThat(store("check").err()).contains("there is no store in " + data);
        Path database = Files.writeString(
                home.resolve("pg.yaml"),
                "store: postgresql://ik@127.0.0.1:1/ik?connect_timeout=1\nstore-file: absent\n");
        assertThat(store("check", "--config", database.toString()).err()).contains("pg.yaml:2: store-file");
    }

    @Test
    void anotherInstallationsMasterKeyFailsTheCheck() throws IOException {
        try (SqliteStore store = SqliteStore.open(data.resolve("inferencekey.db"))) {
            store.<Boolean>write(session -> {
                session.installation().setMasterKeyCheck(new byte[64]);
                return true;
            });
        }
        Path key = Files.writeString(home.resolve("key"), "00".repeat(32));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

        Result result = store("check", "--master-key", key.toString());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("fail  secrets", "the master key is not this installation's");
        assertThat(store("check").out()).contains("fail  secrets", "master.key does not exist");
    }

    @Test
    void aBackupOfAStoreInUseIsRestoredOnceItIsNot() throws IOException {
        aStore();
        Path backup = home.resolve("backup.db");
        try (DataFolder _ = DataFolder.open(data)) {
            Result made = store("backup", backup.toString(), "--json");
            assertThat(made.exitCode()).as(made.err()).isZero();
            JsonNode tables = JsonMapper.shared().readTree(made.out()).get("tables");
            assertThat(tables).isNotEmpty();
            Result refused = store("restore", backup.toString(), "--replace");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).contains("another InferenceKey server runs on the data folder");
        }
        assertThat(store("restore", backup.toString()).err()).contains("--replace");
        Result restored = store("restore", backup.toString(), "--replace");
        assertThat(restored.exitCode()).as(restored.err()).isZero();
        assertThat(restored.out()).contains("TABLE", "api_keys", "Keys that were revoked after the backup was made");
        assertThat(data.resolve("inferencekey.db.replaced")).exists();
    }

    @Test
    void aStoreInUseIsNotMoved() throws IOException {
        aStore();
        try (DataFolder _ = DataFolder.open(data)) {
            Result refused = store("move", "--to", "postgresql://ik@127.0.0.1:1/inferencekey");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).contains("another InferenceKey server runs on the data folder");
        }
        assertThat(store("move").err()).contains("name the database with --to");
    }

    @Test
    void theJournalOfALostNodeIsImportedOnce() throws IOException {
        aStore();
        Path lost = home.resolve("lost");
        try (DataFolder folder = DataFolder.open(lost);
                MappedUsageJournal journal = MappedUsageJournal.open(JournalConfig.defaults(folder.journal()))) {
            for (int i = 0; i < 3; i++) {
                journal.append(record("use_" + i));
            }
            Result refused = store("import-journal", lost.toString());
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).contains("another InferenceKey server runs on the data folder");
        }

        Result imported = store("import-journal", lost.toString());

        assertThat(imported.exitCode()).as(imported.err()).isZero();
        assertThat(imported.out()).startsWith("The store has the usage of 3 requests from there.");
        assertThat(store("import-journal", lost.toString(), "--json").out()).contains("\"records\" : 0");
        Result nothing = store("import-journal", home.resolve("nowhere").toString());
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.err()).contains("name the data folder that the node had");
        assertThat(home.resolve("nowhere")).doesNotExist();
    }

    private static UsageRecord record(String id) {
        return new UsageRecord(
                id,
                "req_1",
                Instant.parse("2026-06-15T09:00:00Z"),
                "acme",
                "wl_1",
                "bot",
                "key_1",
                "0000abcd",
                "192.0.2.7",
                "v1/chat/completions",
                "tiny",
                200,
                4L,
                2L,
                0L,
                1_000,
                100L,
                10,
                20,
                false,
                false,
                false,
                null,
                null,
                null);
    }

    @Test
    void migratingTellsWhatWasDone() {
        aStore();
        assertThat(store("migrate").out()).startsWith("The tables are up to date, in data version ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "backup /tmp/none.db", "migrate", "move --to postgresql://ik@127.0.0.1:1/x"})
    void whereThereIsNoStoreNothingIsMade(String command) {
        Result result = store(command.split(" "));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("there is no store in " + data, "--data", "--store");
        assertThat(data).isEmptyDirectory();
    }
}
