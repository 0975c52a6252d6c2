package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import dev.inferencekey.server.store.postgres.PostgresStore;
import dev.inferencekey.server.store.sqlite.FastSqlite;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** Stores of both kinds, with something in most tables, and what they hold. */
abstract class TransferFixture {
    static final Project ODD =
            new Project("proj_0003", StoreData.TENANT.id(), "odd", "a\tb\\N\nc\r\\. ünïcödé 🔑 \u0001", StoreData.NOW);

    @TempDir
    Path temp;

    StorePlace.File file(String name) {
        return new StorePlace.File(temp.resolve(name));
    }

    static StorePlace.Shared emptyDatabase() {
        return new StorePlace.Shared(PostgresAddress.parse(PostgresForTests.withoutTables()));
    }

    StorePlace place(String kind) {
        return kind.equals("sqlite") ? file("store-" + System.nanoTime() + ".db") : emptyDatabase();
    }

    static Store open(StorePlace place) {
        return switch (place) {
            case StorePlace.File file -> FastSqlite.open(file.path());
            case StorePlace.Shared shared -> PostgresStore.open(shared.address());
        };
    }

    /** Something in most tables. */
    static <P extends StorePlace> P filled(P place) {
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

    static List<Copied> contents(StorePlace place) throws SQLException {
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

    static void execute(StorePlace.Shared database, String sql) throws SQLException {
        try (PostgresDatabase connection = PostgresDatabase.toWrite(database.address())) {
            connection.execute(sql);
            connection.commit();
        }
    }

    static long number(StorePlace.Shared database, String sql) throws SQLException {
        try (PostgresDatabase connection = PostgresDatabase.toRead(database.address())) {
            return connection.number(sql);
        }
    }
}
