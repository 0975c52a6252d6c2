package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the database user of a node with the role gateway may do: read what the data plane must know, and add what happened to it. It can
 * read nothing that people have sealed or signed in with, and can make, change or widen no key, token, person or setting. Stateless and
 * thread-safe.
 *
 * <p>Notes. What nodes share among themselves (who is live, how limits and budgets are divided) every node writes for itself, so a gateway
 * that was taken over could misstate it, of others too: refuse calls, let more of them through within the grants of the keys that there are, or
 * say too early that a change is in force. Of the audit trail a policy of the table lets it add what the data plane reports alone. It chooses none of the numbers that the database gives out, on which others rely.
 */
public final class GatewayRights {
    private static final String READ = "select";
    private static final String ADD = "select, insert";
    private static final String SHARE = "select, insert, update, delete";

    /** By table; nothing of all others. */
    private static final Map<String, String> RIGHTS = new TreeMap<>(Map.ofEntries(
            Map.entry("access_changes", "select, insert (subject, subject_id, mark, ends_requests)"),
            Map.entry("api_key_secrets", "select, update (last_used_at, last_used_from)"),
            Map.entry("api_keys", READ),
            Map.entry("audit_events", "insert"),
            Map.entry("budget_accounts", SHARE),
            Map.entry("budget_holders", "select, insert, update"),
            Map.entry("budget_holds", SHARE),
            Map.entry("budget_imports", ADD),
            Map.entry("budgets", READ),
            Map.entry("engine_counts", "select, insert, update"),
            Map.entry("flyway_schema_history", READ),
            Map.entry("leases", READ),
            Map.entry("limit_slices", SHARE),
            Map.entry("master_key_check", READ),
            Map.entry("nodes", SHARE),
            Map.entry("projects", READ),
            Map.entry("projects_with_free_calls", READ),
            Map.entry("replicas", READ),
            Map.entry("sdk_token_secrets", READ),
            Map.entry("sdk_tokens", READ),
            Map.entry("tenants", READ),
            Map.entry("usage_late", ADD),
            Map.entry("usage_projects", "select, insert (project_id, slug)"),
            Map.entry("usage_records", ADD),
            Map.entry("usage_series", "select, insert (workload_id, workload_slug, key_id, public_id, route, model)"),
            Map.entry("webhook_events", "insert (id, type, at, data)"),
            Map.entry("workload_asks", ADD),
            Map.entry("workload_limits", READ),
            Map.entry("workload_prices", READ),
            Map.entry("workload_runs", READ),
            Map.entry("workloads", READ)));

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,62}");

    private GatewayRights() {}

    /**
     * What gives the role these rights and takes all others away, statement by statement.
     *
     * @throws IllegalArgumentException if that is no name of a role, with a sentence that says so
     */
    public static List<String> statements(String role) {
        if (!NAME.matcher(role).matches()) {
            throw new IllegalArgumentException(
                    "the role must be a name of letters, digits, dashes and underscores, was \"" + role + "\"");
        }
        String quoted = '"' + role + '"';
        List<String> statements = new ArrayList<>();
        statements.add("revoke all on all tables in schema public from " + quoted);
        statements.add("grant usage on schema public to " + quoted);
        RIGHTS.forEach((table, rights) -> statements.add("grant " + rights + " on " + table + " to " + quoted));
        return statements;
    }

    /**
     * Executes them, all or none.
     *
     * @throws StoreUnavailableException if the database can't be used, has no such role, or the role can do more in some other way
     */
    public static void grant(PostgresAddress address, String role) {
        List<String> statements = statements(role);
        try (Connection connection = DriverManager.getConnection(address.driverUrl(), address.driverProperties());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            if (!asks(statement, "select exists (select 1 from pg_roles where rolname = '" + role + "')")) {
                throw new StoreUnavailableException(
                        "there is no role " + role + "; make it with: create role \"" + role + "\" login password '…'",
                        null);
            }
            for (String grant : statements) {
                statement.execute(grant);
            }
            if (asks(
                    statement,
                    "select has_table_privilege('" + role + "', 'users', 'select') or has_table_privilege('" + role
                            + "', 'api_keys', 'insert')")) {
                throw new StoreUnavailableException(
                        "the role " + role + " can do more than a gateway needs, since it owns the tables, is a"
                                + " superuser or belongs to another role; use one of its own",
                        null);
            }
            if (asks(statement, "select has_schema_privilege('" + role + "', 'public', 'create')")) {
                throw new StoreUnavailableException(
                        "every role may make things in the schema public of this database, and what a gateway makes there can act"
                                + " as the owner; as a superuser: revoke create on schema public from public; grant create"
                                + " on schema public to the owner",
                        null);
            }
            connection.commit();
        } catch (SQLException e) {
            throw PostgresFailure.ofOpening(new IllegalStateException(e), address);
        }
    }

    private static boolean asks(Statement statement, String question) throws SQLException {
        try (ResultSet found = statement.executeQuery(question)) {
            return found.next() && found.getBoolean(1);
        }
    }
}
