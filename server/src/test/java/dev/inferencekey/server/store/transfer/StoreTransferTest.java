package dev.inferencekey.server.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.manager.FakeMembership;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Installations that move to another store, and the check of one. */
@Tag("slow")
final class StoreTransferTest extends TransferFixture {
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
