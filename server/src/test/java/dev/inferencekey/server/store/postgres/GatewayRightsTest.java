package dev.inferencekey.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreData;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tries everything on every table with the database user of a gateway. */
@Tag("slow")
final class GatewayRightsTest {
    private static final String DENIED = "42501";
    private static final String NOTHING = "";
    private static final String READ = "select";
    private static final String ADD = "select insert";
    private static final String SHARE = "select insert update delete";

    /** What a gateway can do with each table. A table that is new fails the test until somebody has decided. */
    private static final Map<String, String> EXPECTED = new TreeMap<>(Map.ofEntries(
            Map.entry("access_changes", "select insert(ends_requests,mark,subject,subject_id)"),
            Map.entry("api_key_grants", NOTHING),
            Map.entry("api_key_numbers", NOTHING),
            Map.entry("api_key_secrets", "select update(last_used_at,last_used_from)"),
            Map.entry("api_keys", READ),
            Map.entry("audit_events", "insert"),
            Map.entry("budget_accounts", SHARE),
            Map.entry("budget_holders", "select insert update"),
            Map.entry("budget_holds", SHARE),
            Map.entry("budget_imports", ADD),
            Map.entry("budgets", READ),
            Map.entry("engine_counts", "select insert update"),
            Map.entry("flyway_schema_history", READ),
            Map.entry("hijacked_sessions", NOTHING),
            Map.entry("invitations", NOTHING),
            Map.entry("leases", READ),
            Map.entry("limit_slices", SHARE),
            Map.entry("master_key_check", READ),
            Map.entry("members", NOTHING),
            Map.entry("nodes", SHARE),
            Map.entry("projects", READ),
            Map.entry("projects_with_free_calls", READ),
            Map.entry("replicas", READ),
            Map.entry("scheduled_tasks", NOTHING),
            Map.entry("sdk_token_secrets", READ),
            Map.entry("sdk_tokens", READ),
            Map.entry("sent_forms", NOTHING),
            Map.entry("sign_in_attempts", NOTHING),
            Map.entry("sign_on_providers", NOTHING),
            Map.entry("tenants", READ),
            Map.entry("upstream_secrets", NOTHING),
            Map.entry("usage_late", ADD),
            Map.entry("usage_projects", "select insert(project_id,slug)"),
            Map.entry("usage_records", ADD),
            Map.entry("usage_retention", NOTHING),
            Map.entry("usage_series", "select insert(key_id,model,public_id,route,workload_id,workload_slug)"),
            Map.entry("usage_sums", NOTHING),
            Map.entry("used_sign_ons", NOTHING),
            Map.entry("user_identities", NOTHING),
            Map.entry("user_sessions", NOTHING),
            Map.entry("users", NOTHING),
            Map.entry("webhook_events", "insert(at,data,id,type)"),
            Map.entry("workload_asks", ADD),
            Map.entry("workload_limits", READ),
            Map.entry("workload_prices", READ),
            Map.entry("workload_runs", READ),
            Map.entry("workloads", READ)));

    private final PostgresForTests.Database database = PostgresForTests.database();
    private final String role = "gateway_of_" + database.name();

    @BeforeEach
    void makeRole() throws SQLException {
        execute("drop role if exists " + role);
        execute("create role " + role + " login");
    }

    @AfterEach
    void dropRole() throws SQLException {
        execute("drop owned by " + role);
        execute("drop role " + role);
        database.close();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection asGateway() throws SQLException {
        PostgresAddress gateway = gateway();
        return DriverManager.getConnection(gateway.driverUrl(), gateway.driverProperties());
    }

    /** Table, then its columns. */
    private Map<String, List<String>> tables() throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("""
                        select c.relname, a.attname from pg_class c
                          join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
                           and not c.relispartition
                         order by c.relname, a.attname
                        """)) {
            while (found.next()) {
                tables.computeIfAbsent(found.getString(1), _ -> new ArrayList<>())
                        .add(found.getString(2));
            }
        }
        return tables;
    }

    /** What works, by trying it. */
    private Map<String, String> possible() throws SQLException {
        Map<String, String> possible = new TreeMap<>();
        try (Connection connection = asGateway();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, List<String>> entry : tables().entrySet()) {
                String table = entry.getKey();
                List<String> rights = new ArrayList<>();
                if (works(statement, "select * from " + table + " limit 0")) {
                    rights.add("select");
                }
                addOfColumns(
                        rights,
                        "insert",
                        entry.getValue(),
                        column -> works(statement, "insert into " + table + " (" + column + ") values (default)"));
                addOfColumns(
                        rights,
                        "update",
                        entry.getValue(),
                        column -> works(statement, "update " + table + " set " + column + " = default where false"));
                if (works(statement, "delete from " + table + " where false")) {
                    rights.add("delete");
                }
                if (works(statement, "truncate " + table)) {
                    rights.add("truncate");
                }
                possible.put(table, String.join(" ", rights));
            }
        }
        return possible;
    }

    private static void addOfColumns(
            List<String> rights, String right, List<String> columns, Predicate<String> allowed) {
        List<String> some = columns.stream().filter(allowed).toList();
        if (!some.isEmpty()) {
            rights.add(some.equals(columns) ? right : right + "(" + String.join(",", some) + ")");
        }
    }

    /** Whether it is allowed; what is allowed may fail for another reason. */
    private static boolean works(Statement statement, String sql) {
        try {
            statement.execute(sql);
            return true;
        } catch (SQLException e) {
            return !DENIED.equals(e.getSQLState())
                    || String.valueOf(e.getMessage()).contains("row-level security");
        }
    }

    @Test
    void aGatewayCanDoWhatItIsMeantToAndNothingElse() throws SQLException {
        GatewayRights.grant(database.address(), role);
        assertThat(possible()).isEqualTo(EXPECTED);
    }

    @Test
    void whatItCouldDoBeforeIsTakenAway() throws SQLException {
        execute("grant all on all tables in schema public to " + role);
        GatewayRights.grant(database.address(), role);
        assertThat(possible()).isEqualTo(EXPECTED);
    }

    /** Nodes roll: who upgrades the tables need not grant anything before gateways book again. */
    @Test
    void aGatewayWithTheRightsOfTheReleaseBeforeCanTellOfBudgets() throws Exception {
        GatewayRights.grant(database.address(), role);
        execute("drop table webhook_events");
        try (InputStream migration = Objects.requireNonNull(
                GatewayRights.class.getResourceAsStream("/db/postgres/V22__webhook_events.sql"))) {
            execute(new String(migration.readAllBytes(), StandardCharsets.UTF_8));
        }
        assertThat(possible()).isEqualTo(EXPECTED);
    }

    @Test
    void whatAGatewayTellsStaysInItsPlace() throws SQLException {
        GatewayRights.grant(database.address(), role);
        try (Connection connection = asGateway();
                Statement statement = connection.createStatement()) {
            for (String values : List.of(
                    "'evt_1', 'budget.threshold_reached', 1, '{\"percent\": 80}, \"type\": \"other\"'",
                    "'evt_1', 'budget.threshold_reached', 1, '[1]'",
                    "'evt_1', 'budget.threshold_reached', 1, 'nonsense'",
                    "'evt_1.2', 'budget.threshold_reached', 1, '{}'",
                    "E'evt_1\\r\\nX: y', 'budget.threshold_reached', 1, '{}'",
                    "'evt_1', 'two words', 1, '{}'",
                    "'evt_1', 'webhook.test', 1, '{}'")) {
                assertThatThrownBy(() -> statement.execute(
                                "insert into webhook_events (id, type, at, data) values (" + values + ")"))
                        .as(values)
                        .isInstanceOf(SQLException.class);
            }
            statement.execute("insert into webhook_events (id, type, at, data)"
                    + " values ('evt_1', 'budget.threshold_reached', 1, '{\"percent\": 80}')");
        }
    }

    private PostgresAddress gateway() {
        PostgresAddress owner = database.address();
        return PostgresAddress.parse("postgresql://" + role + "@" + owner.hosts() + "/" + owner.database());
    }

    private static AuditEvent event(String id, String action, String actor) {
        return new AuditEvent(id, StoreData.NOW, actor, action, "acme", "key_1", "192.0.2.1", Map.of());
    }

    private static boolean isReported(Store store, AuditEvent event) {
        try {
            return store.append(session -> {
                session.audit().append(event);
                return true;
            });
        } catch (RuntimeException e) {
            assertThat(e).hasStackTraceContaining("row-level security");
            return false;
        }
    }

    @Test
    void aGatewayReportsToTheAuditTrailWhatTheDataPlaneDoesAndNothingInTheNameOfPeople() throws SQLException {
        GatewayRights.grant(database.address(), role);
        List<AuditEvent> reports = new ArrayList<>(List.of(
                event("aud_1", "credential.refused", new Caller.Anonymous().display()),
                event("aud_2", "credential.refused", Redaction.redact("ik_sdk_a1b2c3d4_" + "0".repeat(64))),
                event("aud_3", "credential.refused", Redaction.redact("ik_sdk_"))));
        for (BudgetSubject.Kind kind : BudgetSubject.Kind.values()) {
            reports.add(event("aud_" + kind, kind.wire() + ".budget_reached", "platform"));
        }
        try (Store store = PostgresStore.await(gateway(), false, Duration.ofSeconds(10), _ -> {})) {
            assertThat(reports).allMatch(report -> isReported(store, report));
            assertThat(List.of(
                            event("aud_4", "key.revoked", "owner@acme.example"),
                            event("aud_5", "credential.refused", "ik@acme.example"),
                            event("aud_6", "credential.refused", "operator"),
                            event("aud_7", "key.budget_reached", "owner@acme.example"),
                            event("aud_8", "user.budget_reached", "platform")))
                    .noneMatch(report -> isReported(store, report));
        }
        try (Connection connection = asGateway();
                Statement statement = connection.createStatement()) {
            // A table of its own that is called like the one by which it is told from others.
            statement.execute("create temporary table api_keys (id text)");
            assertThatThrownBy(() ->
                            statement.execute("insert into audit_events (id, at, actor, action, from_address, details)"
                                    + " values ('aud_9', 1, 'owner@acme.example', 'key.revoked', '', '{}')"))
                    .hasMessageContaining("row-level security");
        }
    }

    @Test
    void otherUsersReadAndAddToTheAuditTrailAsTheirRightsOnTheTablesSay() throws SQLException {
        execute("grant all on all tables in schema public to " + role);
        try (Connection connection = asGateway();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into audit_events (id, at, actor, action, from_address, details)"
                    + " values ('aud_1', 1, 'owner@acme.example', 'key.revoked', '', '{}')");
        }
        execute("revoke all on all tables in schema public from " + role);
        execute("grant select on audit_events to " + role);
        try (Connection connection = asGateway();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select count(*) from audit_events")) {
            assertThat(found.next() ? found.getLong(1) : 0).isEqualTo(1);
        }
    }

    @Test
    void itCanMakeNoTablesAndNoRoles() throws SQLException {
        GatewayRights.grant(database.address(), role);
        try (Connection connection = asGateway();
                Statement statement = connection.createStatement()) {
            assertThat(works(statement, "create table mine (id text)")).isFalse();
            assertThat(works(statement, "create role another")).isFalse();
            assertThat(works(statement, "alter table api_keys add column more text"))
                    .isFalse();
        }
    }

    @Test
    void whereEveryRoleMayMakeThingsNoneIsMadeAGateway() throws SQLException {
        execute("grant create on schema public to public");
        try {
            assertThatThrownBy(() -> GatewayRights.grant(database.address(), role))
                    .hasMessageContainingAll("revoke create on schema public from public", "grant create");
        } finally {
            execute("revoke create on schema public from public");
        }
        assertThat(possible().values()).containsOnly("");
    }

    @Test
    void aRoleThatIsMissingOrCanDoMoreIsRefused() {
        assertThatThrownBy(() -> GatewayRights.grant(database.address(), "nobody_at_all"))
                .hasMessageContainingAll("there is no role nobody_at_all", "create role");
        assertThatThrownBy(() -> GatewayRights.grant(database.address(), "postgres"))
                .hasMessageContaining("can do more than a gateway needs");
        assertThatThrownBy(() -> GatewayRights.grant(database.address(), "x\"; drop table users; --"))
                .hasMessageContaining("the role must be a name");
    }
}
