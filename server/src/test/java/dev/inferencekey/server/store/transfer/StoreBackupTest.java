package dev.inferencekey.server.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.sql.SchemaVersion;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups of both kinds of store, and what they are restored into. */
@Tag("slow")
final class StoreBackupTest extends TransferFixture {
    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgres"})
    void aStoreThatHoldsAnInstallationIsRefusedAndLeftAsItIs(String kind) throws SQLException {
        StorePlace to = filled(place(kind));
        List<Copied> before = contents(to);
        Path backup = temp.resolve("backup");
        StoreTransfer.backUp(filled(file("other.db")), backup);

        assertThatThrownBy(() -> StoreTransfer.restore(backup, to, false))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("--replace");

        assertThat(contents(to)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"sqlite,sqlite", "sqlite,postgres", "postgres,sqlite", "postgres,postgres"})
    void aBackupGoesIntoEitherStore(String from, String to) throws SQLException, IOException {
        StorePlace source = filled(place(from));
        StorePlace target = filled(place(to));
        try (Store changed = open(target)) {
            changed.<Boolean>write(session -> session.users().insert(StoreData.user("usr_9", "z@acme.test", true)));
        }
        Path backup = temp.resolve("backup.db");

        List<Copied> kept = StoreTransfer.backUp(source, backup);
        List<Copied> restored = StoreTransfer.restore(backup, target, true);

        assertThat(contents(target)).isEqualTo(contents(source));
        assertThat(restored).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        try (var files = Files.list(temp)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.endsWith(".unfinished") || name.endsWith(".fresh"));
        }
    }

    @Test
    void whatAFileHeldBeforeARestoreIsKeptBesideIt() throws SQLException {
        StorePlace.File target = filled(file("store.db"));
        List<Copied> before = contents(target);
        Path backup = temp.resolve("backup.db");
        StorePlace.File empty = file("empty.db");
        open(empty).close();
        StoreTransfer.backUp(empty, backup);

        StoreTransfer.restore(backup, target, true);

        assertThat(contents(file("store.db.replaced"))).isEqualTo(before);
        assertThat(contents(target)).allMatch(table -> table.rows() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgres"})
    void aBackupOfAStoreInUseIsThatOfOneMoment(String kind) throws Exception {
        StorePlace place = filled(place(kind));
        AtomicBoolean done = new AtomicBoolean();
        try (Store store = open(place)) {
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; !done.get(); i++) {
                    String number = String.format("%05d", i);
                    store.<Boolean>write(session -> {
                        session.audit().append(StoreData.auditEvent("aud_a" + number, "key.created", "acme"));
                        session.audit().append(StoreData.auditEvent("aud_b" + number, "key.created", "acme"));
                        return true;
                    });
                }
            });
            for (int i = 0; i < 5; i++) {
                Path backup = temp.resolve("backup" + i + ".db");
                StoreTransfer.backUp(place, backup);
                assertThat(contents(new StorePlace.File(backup)))
                        .filteredOn(table -> table.table().equals("audit_events"))
                        .allMatch(table -> table.rows() % 2 == 1); // Pairs, and the one that was there.
            }
            done.set(true);
            writer.join();
        }
    }

    @Test
    void aBackupOfANewerReleaseIsRefused() throws SQLException {
        StorePlace.File newer = filled(file("newer.db"));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + newer.path());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("update flyway_schema_history set version = '9999' where version = '"
                    + SchemaVersion.CURRENT + "'");
        }
        assertThatThrownBy(() -> StoreTransfer.restore(newer.path(), emptyDatabase(), false))
                .isInstanceOf(TransferException.class)
                .hasMessageContainingAll("written by a newer release", "9999");
    }

    @Test
    void whatIsNoStoreIsNamed() throws IOException {
        Path list = Files.writeString(temp.resolve("list"), "a shopping list, no database at all ".repeat(100));
        assertThatThrownBy(() -> StoreTransfer.restore(list, emptyDatabase(), false))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining(list.toString());
        assertThatThrownBy(() -> StoreTransfer.restore(temp.resolve("nothing"), emptyDatabase(), false))
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> StoreTransfer.backUp(filled(file("store.db")), list))
                .hasMessageContaining("exists; name a file that does not");
    }

    /** A new number is behind all that either store has used, so that a node which knew one of them notices. */
    @Test
    void noNumberOfAChangeIsUsedTwice() {
        StorePlace.Shared to = emptyDatabase();
        filled(to);
        long used;
        try (Store store = open(to)) {
            used = store.read(session -> session.accessChanges().last().epoch());
        }
        Path backup = temp.resolve("backup.db");
        StorePlace.File empty = file("empty.db");
        open(empty).close();
        StoreTransfer.backUp(empty, backup);

        StoreTransfer.restore(backup, to, true);

        try (Store store = open(to)) {
            assertThat(store.<Long>read(
                            session -> session.accessChanges().last().epoch()))
                    .isGreaterThan(used);
        }
    }

    /** As a killed server leaves it: what was committed last is in the log beside the file. */
    private StorePlace.File withLog(String name) throws IOException {
        StorePlace.File live = file(name + ".live");
        StorePlace.File killed = file(name);
        try (Store store = open(filled(live))) {
            store.<Boolean>write(session -> session.users().insert(StoreData.user("usr_9", "z@acme.test", true)));
            for (String ending : List.of("", "-wal", "-shm")) {
                Files.copy(temp.resolve(name + ".live" + ending), temp.resolve(name + ending));
            }
        }
        return killed;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void aRestoreThatIsEndedAfterAnyStepLeavesTheOldFileOrTheNewOneWhole(int steps) throws Exception {
        StorePlace.File place = withLog("store.db");
        assertThat(Files.size(temp.resolve("store.db-wal"))).isPositive();
        List<Copied> old = contents(withLog("same.db"));
        StorePlace.File fresh = filled(file("store.db.fresh"));
        List<Copied> restored = contents(fresh);
        SqliteFiles.alone(fresh.path());

        for (SqliteFiles.Step step :
                SqliteFiles.exchange(fresh.path(), place.path()).subList(0, steps)) {
            step.take();
        }

        assertThat(old).isNotEqualTo(restored);
        open(place).close();
        assertThat(contents(place)).isEqualTo(steps < 4 ? old : restored);
        if (steps >= 2) {
            assertThat(contents(file("store.db.replaced"))).isEqualTo(old);
        }
    }

    @Test
    void aFileThatIsNoDatabaseAnyMoreIsKeptWithWhatLiesBesideIt() throws Exception {
        Path place = Files.writeString(temp.resolve("store.db"), "overwritten by something else ".repeat(100));
        Files.writeString(temp.resolve("store.db-wal"), "its log");
        Path backup = temp.resolve("backup.db");
        StorePlace.File source = filled(file("other.db"));
        StoreTransfer.backUp(source, backup);

        StoreTransfer.restore(backup, new StorePlace.File(place), true);

        assertThat(contents(new StorePlace.File(place))).isEqualTo(contents(source));
        assertThat(temp.resolve("store.db.replaced")).content().startsWith("overwritten");
        assertThat(temp.resolve("store.db.replaced-wal")).hasContent("its log");
        assertThat(temp.resolve("store.db-wal")).doesNotExist();
    }

    @Test
    void twoBackupsIntoOneFileDoNotMix() throws IOException {
        StorePlace.File source = filled(file("store.db"));
        Path other = Files.writeString(temp.resolve("backup.db.unfinished"), "half of another one");

        assertThatThrownBy(() -> StoreTransfer.backUp(source, temp.resolve("backup.db")))
                .isInstanceOf(TransferException.class)
                .hasMessageContainingAll("another backup", "is under way", "remove " + other);

        assertThat(other).hasContent("half of another one");
    }

    @Test
    void aDatabaseThatIsRefusedIsNotBroughtUpToDate() throws SQLException {
        StorePlace.Shared to = filled(emptyDatabase());
        execute(to, "delete from flyway_schema_history where version = '" + SchemaVersion.CURRENT + "'");
        Path backup = temp.resolve("backup.db");
        StoreTransfer.backUp(filled(file("store.db")), backup);

        assertThatThrownBy(() -> StoreTransfer.restore(backup, to, false))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("holds an installation already");
        assertThatThrownBy(() -> StoreTransfer.restore(backup, to, true))
                .isInstanceOf(TransferException.class)
                .hasMessageContainingAll("older release", "ik store migrate");

        assertThat(number(
                        to,
                        "select count(*) from flyway_schema_history where version = '" + SchemaVersion.CURRENT + "'"))
                .isZero();
    }
}
