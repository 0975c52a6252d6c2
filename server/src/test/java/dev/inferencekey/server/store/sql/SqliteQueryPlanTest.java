package dev.inferencekey.server.store.sql;

import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.usage.StatusRange;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A list costs as much with 380,000 rows as with ten: each piece is found by an index that has its order. */
final class SqliteQueryPlanTest {
    private static final PageRequest PAGE = new PageRequest(10, "x");

    @TempDir
    Path folder;

    private SqliteStore store;

    @BeforeEach
    void open() {
        store = SqliteStore.open(folder.resolve("inferencekey.db"));
        StoreData.fill(store);
        store.write(s -> s.apiKeys()
                .insert(StoreData.apiKey(
                        "key_1", StoreData.ACME, Grants.ofEntireProject(), StoreData.secret("00000001", 1))));
        store.write(s -> {
            s.audit().append(StoreData.auditEvent("aud_1", "key.created", "acme"));
            s.usage().append(List.of(StoreData.usage("use_1", StoreData.ACME, "bot", "key_1", 503, 0)));
            return s.usageSums().rollUp("acme", StoreData.NOW.plusSeconds(600), 10);
        });
    }

    @AfterEach
    void close() {
        store.close();
    }

    @TestFactory
    List<DynamicTest> findsEachPieceOfAListByAnIndexInItsOrder() {
        Map<String, Consumer<StoreSession>> reads = new LinkedHashMap<>();
        reads.put("projects", s -> s.projects().list(PAGE));
        reads.put("projects of a member", s -> s.projects().listOfMember("usr_0001", PAGE));
        reads.put("project by slug or id", s -> s.projects().find("acme"));
        reads.put("members", s -> s.projects().members("proj_0001", PAGE));
        reads.put("roles", s -> s.projects().rolesOf("usr_0001"));
        reads.put("workloads", s -> s.workloads().list("proj_0001", PAGE));
        reads.put("workload by slug", s -> s.workloads().findBySlug("proj_0001", "bot"));
        reads.put("keys", s -> s.apiKeys().list("proj_0001", new PageRequest(10, "7")));
        reads.put("keys by public id", s -> new ApiKeySearch((SqlSession) s, "proj_0001", byPublicId(), NOW).ids());
        reads.put(
                "keys' newest number",
                s -> new ApiKeySearch((SqlSession) s, "proj_0001", KeyFilter.ALL, NOW).inPieces(Long.MAX_VALUE, 1));
        reads.put("keys that expire", s -> s.apiKeys().expiring("proj_0001", NOW, NOW.plusSeconds(9), NOW, 10));
        reads.put(
                "idle keys with the entire project", s -> s.apiKeys().idleWithEntireProject("proj_0001", NOW, NOW, 10));
        reads.put("key by public id", s -> s.apiKeys().findByPublicId("00000001"));
        reads.put("tokens", s -> s.sdkTokens().list("proj_0001", PAGE));
        reads.put("token by public id", s -> s.sdkTokens().findByPublicId("00000001"));
        reads.put("user by e-mail", s -> s.users().findByEmail("ann@acme.test"));
        reads.put("session", s -> s.users().findSession("aaaaaaaa"));
        PageRequest later = new PageRequest(10, "5.aud_1");
        reads.put("trail", s -> s.audit().list(null, null, later));
        reads.put("trail of a project", s -> s.audit().list("acme", null, later));
        reads.put("trail by noun", s -> s.audit().list(null, "key.", later));
        reads.put("trail of a project by action", s -> s.audit().list("acme", "key.created", later));
        for (String project : new @Nullable String[] {null, "acme"}) {
            String where = project == null ? "trail" : "trail of a project";
            reads.put(where + " by actor", s -> s.audit().list(trail(project, "ann@acme.test", null, null), later));
            reads.put(
                    where + " by beginning of actor", s -> s.audit().list(trail(project, "ann@*", null, null), later));
            reads.put(where + " by target", s -> s.audit().list(trail(project, null, "key_1", null), later));
            reads.put(where + " by address", s -> s.audit().list(trail(project, null, null, "192.0.2.7"), later));
        }
        reads.put("usage", s -> s.usage().list("acme", new PageRequest(10, "5.use_1")));
        reads.put(
                "usage of a key",
                s -> s.usage()
                        .list(
                                "acme",
                                new UsageFilter(null, null, null, StatusRange.FAILED),
                                Instant.EPOCH,
                                Instant.MAX,
                                new PageRequest(10, null)));
        reads.put("changes", s -> s.accessChanges().after(new AccessChangeLog.Position(5, "x"), 10));
        reads.put("prices", s -> s.prices().current("proj_0001"));
        reads.put("price", s -> s.prices().find("proj_0001", "bot"));
        reads.put("prices of before", s -> s.prices().history("proj_0001", "bot", 10));
        reads.put("prices of a batch", s -> s.prices().book(List.of("acme", "globex"), List.of("bot", "cat"), NOW));
        reads.put("secrets", s -> s.upstreamSecrets().list("proj_0001"));
        return reads.entrySet().stream()
                .map(read -> DynamicTest.dynamicTest(read.getKey(), () -> assertIndexed(read.getValue())))
                .toList();
    }

    @TestFactory
    List<DynamicTest> findsTheKeysOfOnePieceByAnIndexThatBeginsWithWhatTheFilterAsksFor() {
        CredentialSearch search = CredentialSearch.ofKeys("search", "web");
        Map<KeyFilter, String> indexes = new LinkedHashMap<>();
        indexes.put(
                new KeyFilter(search, null, null, false),
                "api_keys_by_name (project_id=? AND piece=? AND state=? AND name_key>? AND name_key<?)");
        for (Liveness state : Liveness.values()) {
            indexes.put(
                    new KeyFilter(null, state, null, false),
                    "api_keys_by_state (project_id=? AND piece=? AND state=? AND ends_at");
            indexes.put(
                    new KeyFilter(search, state, null, false),
                    "api_keys_by_name (project_id=? AND piece=? AND state=? AND name_key>? AND name_key<?)");
            indexes.put(
                    new KeyFilter(null, state, "bot", false),
                    "PRIMARY KEY (project_id=? AND slug=? AND piece=? AND state=?)");
            indexes.put(
                    new KeyFilter(search, state, null, true),
                    "PRIMARY KEY (project_id=? AND slug=? AND piece=? AND state=? AND name_key>? AND name_key<?)");
        }
        indexes.put(new KeyFilter(null, null, "bot", false), "PRIMARY KEY (project_id=? AND slug=? AND piece=?)");
        indexes.put(
                new KeyFilter(search, null, "bot", false),
                "PRIMARY KEY (project_id=? AND slug=? AND piece=? AND state=? AND name_key>? AND name_key<?)");
        return indexes.entrySet().stream()
                .map(index -> DynamicTest.dynamicTest(
                        index.getKey().toString(),
                        () -> assertThat(store.<List<String>>read(s -> explain(
                                        ((SqlSession) s).query("select 1").getHandle(),
                                        ApiKeySearch.sql(index.getKey(), "?"))))
                                .noneMatch(step -> step.startsWith("SCAN"))
                                .anyMatch(step -> step.startsWith("SEARCH") && step.contains(index.getValue()))))
                .toList();
    }

    private static KeyFilter byPublicId() {
        return new KeyFilter(CredentialSearch.ofKeys("search", "0000"), null, null, false);
    }

    private static AuditFilter trail(
            @Nullable String project, @Nullable String actor, @Nullable String target, @Nullable String address) {
        return new AuditFilter(project, null, actor, target, address, Instant.EPOCH, StoreData.NOW);
    }

    @Test
    void walksOverAllKeysInTheOrderInWhichTheyAreKept() {
        assertThat(plan(s -> s.apiKeys().forEachLive(key -> {})))
                .isNotEmpty()
                .noneMatch(step -> step.contains("TEMP B-TREE"));
    }

    private void assertIndexed(Consumer<StoreSession> read) {
        assertThat(plan(read)).isNotEmpty().noneMatch(step -> step.startsWith("SCAN") || step.contains("TEMP B-TREE"));
    }

    private List<String> plan(Consumer<StoreSession> read) {
        return store.read(session -> {
            List<String> statements = new ArrayList<>();
            Handle handle = ((SqlSession) session).query("select 1").getHandle();
            handle.setSqlLogger(new SqlLogger() {
                @Override
                public void logAfterExecution(StatementContext context) {
                    statements.add(context.getParsedSql().getSql());
                }
            });
            read.accept(session);
            handle.setSqlLogger(SqlLogger.NOP_SQL_LOGGER);
            List<String> steps = new ArrayList<>();
            statements.forEach(sql -> steps.addAll(explain(handle, sql)));
            return steps;
        });
    }

    private static List<String> explain(Handle handle, String sql) {
        List<String> steps = new ArrayList<>();
        try (PreparedStatement statement = handle.getConnection().prepareStatement("explain query plan " + sql)) {
            for (int i = 1; i <= sql.chars().filter(c -> c == '?').count(); i++) {
                statement.setString(i, "x");
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    steps.add(rows.getString("detail"));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
        return steps;
    }
}
