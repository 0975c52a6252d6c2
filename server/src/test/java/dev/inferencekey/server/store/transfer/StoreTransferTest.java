package dev.inferencekey.server.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.manager.FakeMembership;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import dev.inferencekey.server.store.postgres.PostgresStore;
import dev.inferencekey.server.store.sql.SchemaVersion;
import dev.inferencekey.server.store.sqlite.FastSqlite;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
final class StoreTransferTest {
    private static final Project ODD =
            new Project("proj_0003", StoreData.TENANT.id(), "odd", "a\tb\\N\nc\r\\. ünïcödé 🔑 \u0001", StoreData.NOW);

    @TempDir
    private Path temp;

    private StorePlace.File file(String name) {
        return new StorePlace.File(temp.resolve(name));
    }

    private static StorePlace.Shared emptyDatabase() {
        return new StorePlace.Shared(PostgresAddress.parse(PostgresForTests.withoutTables()));
    }

    private StorePlace place(String kind) {
        return kind.equals("sqlite") ? file("store-" + System.nanoTime() + ".db") : emptyDatabase();
    }

    private static Store open(StorePlace place) {
        return switch (place) {
            case StorePlace.File file -> FastSqlite.open(file.path());
            case StorePlace.Shared shared -> PostgresStore.open(shared.address());
        };
    }

    /** Something in most tables. */
    private static <P extends StorePlace> P filled(P place) {
        try (Store store = open(place)) {
            StoreData.fill(store);
            store.<Boolean>write(session -> {
                session.projects().insert(ODD);
                session.workloads().insert(StoreData.workload("wl_1", StoreData.ACME, "bot"));
                session.apiKeys()
                        .insert(StoreData.apiKey(
                                "key_1", StoreData.ACME, Grants.ofEntireProject(), StoreData.secret("a1b2c3d4", 1)));
                session.apiKeys()
                        .insert(StoreData.apiKey(
                                "key_2",
                                StoreData.ACME,
                                Grants.ofWorkloads(Set.of("bot")),
                                StoreData.secret("b1b2c3d4", 2)));
                session.sdkTokens()
                        .insert(StoreData.sdkToken(
                                "tok_1", StoreData.ACME, Set.of(Scope.WORKLOAD_READ), StoreData.secret("c1b2c3d4", 3)));
                session.upstreamSecrets()
                        .put(
                                StoreData.ACME.id(),
                                "openai",
                                SecretBinding.NOTHING,
                                new byte[] {0, -1, 92},
                                StoreData.NOW);
                session.audit().append(StoreData.auditEvent("aud_1", "key.created", "acme"));
                session.accessChanges().append(Subject.API_KEY, "key_1");
                session.accessChanges().append(Subject.API_KEY, "key_2");
                session.usage()
                        .append(List.of(
                                StoreData.usage("use_1", StoreData.ACME, "bot", "key_1", 200, 5),
                                StoreData.brokenUsage("use_2", StoreData.ACME, "bot", "key_2")));
                return true;
            });
        }
        return place;
    }

    private static List<Copied> contents(StorePlace place) throws SQLException {
        try (Database database = place instanceof StorePlace.File file
                ? SqliteDatabase.toRead(file.path())
                : PostgresDatabase.toRead(((StorePlace.Shared) place).address())) {
            return TransferPlan.order(database.tables()).stream()
                    .map(table -> {
                        try {
                            RowDigest digest = database.digest(table);
                            return new Copied(table.name(), digest.rows(), digest.checksum());
                        } catch (SQLException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .sorted((one, other) -> one.table().compareTo(other.table()))
                    .toList();
        }
    }

    @Test
    void bothStoresHaveTheSameTablesAndColumns() throws SQLException {
        StorePlace.File file = file("store.db");
        open(file).close();
        try (PostgresForTests.Database shared = PostgresForTests.database();
                Database sqlite = SqliteDatabase.toRead(file.path());
                Database postgres = PostgresDatabase.toRead(shared.address())) {
            assertThat(shapes(postgres)).isEqualTo(shapes(sqlite));
        }
    }

    private static Set<String> shapes(Database database) throws SQLException {
        return TransferPlan.order(database.tables()).stream()
                .map(table -> table.name() + " " + table.columns() + " " + table.parents())
                .collect(Collectors.toSet());
    }

    @Test
    void whatGoesAlongIsDecidedForEachTable() throws SQLException {
        StorePlace.File file = file("store.db");
        open(file).close();
        try (Database database = SqliteDatabase.toRead(file.path())) {
            assertThat(TransferPlan.order(database.tables()).stream().map(TableShape::name))
                    .as("a table is new: does it go along when an installation moves? See TransferPlan")
                    .containsExactlyInAnyOrder(
                            "api_key_grants",
                            "api_key_numbers",
                            "api_key_secrets",
                            "api_keys",
                            "audit_events",
                            "budget_accounts",
                            "budget_holders",
                            "budget_holds",
                            "budget_imports",
                            "budgets",
                            "engine_counts",
                            "hijacked_sessions",
                            "invitations",
                            "master_key_check",
                            "members",
                            "projects",
                            "projects_with_free_calls",
                            "sdk_token_secrets",
                            "sdk_tokens",
                            "sent_forms",
                            "sign_in_attempts",
                            "sign_on_providers",
                            "tenants",
                            "upstream_secrets",
                            "usage_late",
                            "usage_projects",
                            "usage_records",
                            "usage_retention",
                            "usage_series",
                            "usage_sums",
                            "used_sign_ons",
                            "user_identities",
                            "user_sessions",
                            "users",
                            "webhook_events",
                            "workload_limits",
                            "workload_prices",
                            "workloads");
        }
    }

    @Test
    void anInstallationMovesWithEveryRow() throws SQLException {
        StorePlace.File from = filled(file("store.db"));
        StorePlace.Shared to = emptyDatabase();

        List<Copied> moved = StoreTransfer.move(from, to);

        assertThat(moved).extracting(Copied::table).contains("api_keys", "usage_records");
        assertThat(contents(to)).isEqualTo(contents(from));
        try (Store store = open(to)) {
            store.<Boolean>read(session -> {
                assertThat(session.projects().find("odd").orElseThrow().name()).isEqualTo(ODD.name());
                assertThat(session.upstreamSecrets().find(StoreData.ACME.id(), "openai"))
                        .hasValueSatisfying(bytes -> assertThat(bytes).containsExactly(0, -1, 92));
                return true;
            });
        }
    }

    @Test
    void whatIsAddedAfterAMoveIsNumberedOn() {
        StorePlace.Shared to = emptyDatabase();
        StoreTransfer.move(filled(file("store.db")), to);
        try (Store store = open(to)) {
            store.<Boolean>write(session -> {
                session.apiKeys()
                        .insert(StoreData.apiKey(
                                "key_3", StoreData.ACME, Grants.ofEntireProject(), StoreData.secret("d1b2c3d4", 4)));
                session.usage().append(List.of(StoreData.usage("use_3", StoreData.GLOBEX, "other", "key_3", 200, 5)));
                return true;
            });
        }
        assertThat(StoreTransfer.check(to)).allMatch(StoreFinding::ok);
    }

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

    @Test
    void aMoveThatFailsHalfWayLeavesTheTargetEmpty() throws SQLException {
        StorePlace.File from = filled(file("store.db"));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + from.path());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("update workloads set description = 'a' || char(0) || 'b'");
        }
        StorePlace.Shared to = emptyDatabase();

        assertThatThrownBy(() -> StoreTransfer.move(from, to))
                .isInstanceOf(TransferException.class)
                .hasMessageContainingAll("the table workloads", "zero character", "nothing was changed");

        assertThat(contents(to)).allMatch(table -> table.rows() == 0);
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

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgres"})
    void aSoundStorePassesItsCheck(String kind) {
        assertThat(StoreTransfer.check(filled(place(kind))))
                .extracting(StoreFinding::subject)
                .containsExactly("tables", "integrity", "references", "orphans", "change log", "holds");
        assertThat(StoreTransfer.check(filled(place(kind)))).allMatch(StoreFinding::ok);
    }

    @Test
    void whatIsWrongWithAStoreIsSaid() throws SQLException {
        StorePlace.File file = filled(file("store.db"));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file.path());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("delete from usage_series");
            statement.executeUpdate("delete from projects where slug = 'acme'");
        }
        assertThat(StoreTransfer.check(file))
                .filteredOn(finding -> !finding.ok())
                .extracting(StoreFinding::message)
                .anySatisfy(message -> assertThat(message).contains("rows refer to others that are not there"))
                .anySatisfy(message -> assertThat(message).contains("2 usage records of unknown series"));
        assertThat(StoreTransfer.check(emptyDatabase()))
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("holds no installation"));
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

    private static void execute(StorePlace.Shared database, String sql) throws SQLException {
        try (PostgresDatabase connection = PostgresDatabase.toWrite(database.address())) {
            connection.execute(sql);
            connection.commit();
        }
    }

    private static long number(StorePlace.Shared database, String sql) throws SQLException {
        try (PostgresDatabase connection = PostgresDatabase.toRead(database.address())) {
            return connection.number(sql);
        }
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

    @Test
    void aNodeThatStartsInBetweenIsNoticed() throws Exception {
        StorePlace.Shared to = emptyDatabase();
        open(to).close();
        StorePlace.File from = filled(file("store.db"));
        try (PostgresDatabase starting = PostgresDatabase.toWrite(to.address())) {
            starting.asStore()
                    .write(session -> session.nodes().register(FakeMembership.declared("node_1", "early-bird")));
            Future<List<Copied>> move = CompletableFuture.supplyAsync(
                    () -> StoreTransfer.move(from, to),
                    task -> Thread.ofVirtual().start(task));
            while (number(
                            to,
                            "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
                                    + " where not l.granted and d.datname = current_database()")
                    == 0) {
                assertThat(move).as("it waits for who is about to start").isNotDone();
                Thread.onSpinWait();
            }
            starting.commit();

            assertThatThrownBy(move::get)
                    .hasCauseInstanceOf(TransferException.class)
                    .hasMessageContaining("the node early-bird runs on");
        }
        assertThat(number(to, "select count(*) from nodes")).isEqualTo(1);
        assertThatThrownBy(() -> StoreTransfer.move(to, emptyDatabase()))
                .hasMessageContaining("the node early-bird runs on");
    }

    @Test
    void usageIsKeptByDaysAfterAMoveAndTheDatabaseKnowsWhatTheTablesHold() throws SQLException {
        StorePlace.Shared to = emptyDatabase();
        StoreTransfer.move(filled(file("store.db")), to);

        assertThat(number(to, "select count(*) from usage_records")).isPositive();
        assertThat(number(to, "select count(*) from usage_records_rest")).isZero();
        assertThat(number(to, "select reltuples::bigint from pg_class where oid = 'api_keys'::regclass"))
                .isEqualTo(2);
    }
}
