package dev.inferencekey.server.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History that was kept by slug is divided among the projects that had the slug. */
class HistoryMigrationTest {
    private static final long DAY = 86_400_000_000L;
    /** In the middle of a day. */
    private static final long MADE = 10 * DAY + DAY / 2;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void dataOfTheReleaseBefore() throws SQLException {
        file = folder.resolve("inferencekey.db");
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/sqlite")
                .target("12")
                .load()
                .migrate();
        execute("insert into tenants values ('ten_0001', 'default', 'Default', 1)");
        execute("insert into projects values ('proj_0001', 'ten_0001', 'acme', 'Acme', " + MADE + ")");
        execute("insert into projects values ('proj_0002', 'ten_0001', 'calm', 'Calm', 1)");
        execute("insert into usage_series values (1, 'wl_1', 'bot', 'key_1', 'a1b2c3d4', 'v1/embeddings', 'tiny')");
        for (String slug : List.of("acme", "calm", "gone")) {
            execute("insert into usage_projects (slug, rolled_until) values ('" + slug + "', " + 12 * DAY + ")");
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void record(String slug, String id, long at) throws SQLException {
        execute("""
                insert into usage_records (project, at, id, series, request_id, client_address, status, duration_micros,
                                           request_bytes, response_bytes, streamed, cancelled)
                select id, %d, '%s', 1, '', '192.0.2.7', 200, 1, 1, 1, 0, 0 from usage_projects where slug = '%s'
                """.formatted(at, id, slug));
    }

    private void sum(String slug, int span, long at) throws SQLException {
        execute("""
                insert into usage_sums (project, span, at, series, status, requests, input_tokens, output_tokens,
                                        cached_tokens, durations, first_bytes)
                select id, %d, %d, 1, 200, 1, 0, 0, 0, x'', x'' from usage_projects where slug = '%s'
                """.formatted(span, at, slug));
    }

    private static List<String> records(SqliteStore store, String slug) {
        return store.<Page<UsageRecord>>read(s -> s.usage().list(slug, PageRequest.first())).items().stream()
                .map(UsageRecord::id)
                .toList();
    }

    private static long requests(SqliteStore store, String slug) {
        return store.<List<Total>>read(s -> s.usage().totals(slug, Instant.EPOCH, Columns.ofMicros(20 * DAY))).stream()
                .mapToLong(Total::requests)
                .sum();
    }

    @Test
    void whatIsOlderThanTheProjectIsItsPredecessors() throws SQLException {
        record("acme", "use_1", MADE - 2 * DAY);
        record("acme", "use_2", MADE - 1);
        record("acme", "use_3", MADE);
        record("acme", "use_4", MADE + DAY);
        for (int span : new int[] {300, 3600, 86_400}) {
            sum("acme", span, 8 * DAY);
            sum("acme", span, MADE - MADE % (span * 1_000_000L));
        }
        sum("acme", 300, 11 * DAY + DAY / 2);
        sum("acme", 3600, 11 * DAY + DAY / 2);
        sum("acme", 86_400, 11 * DAY);

        try (SqliteStore store = SqliteStore.open(file)) {
            assertThat(records(store, "acme")).containsExactly("use_4", "use_3");
            List<String> names = store.read(s -> s.usageSums().projects());
            assertThat(names).hasSize(4).contains("acme", "calm");
            for (String name : names) {
                store.<Boolean>write(s -> s.usageSums().rollUp(name, Columns.ofMicros(12 * DAY), 1000));
            }
            // One of the day in which the project was made, which is summed up again, and one of the day after.
            assertThat(requests(store, "acme")).isEqualTo(2);
        }
    }

    @Test
    void aProjectWithoutAPredecessorKeepsAllThatItHas() throws SQLException {
        record("acme", "use_1", MADE);
        sum("acme", 86_400, 10 * DAY);
        record("calm", "use_2", MADE);
        sum("calm", 86_400, 10 * DAY);

        try (SqliteStore store = SqliteStore.open(file)) {
            assertThat(records(store, "acme")).containsExactly("use_1");
            assertThat(records(store, "calm")).containsExactly("use_2");
            assertThat(requests(store, "acme")).isEqualTo(1);
            assertThat(requests(store, "calm")).isEqualTo(1);
        }
    }

    @Test
    void theTrailIsDividedByTimeToo() throws SQLException {
        for (String event : List.of("'aud_1', " + (MADE - 1), "'aud_2', " + MADE)) {
            execute("insert into audit_events (id, at, actor, action, project_slug, target, from_address, details)"
                    + " values (" + event + ", 'operator', 'key.created', 'acme', 'key_1', '127.0.0.1', '{}')");
        }

        try (SqliteStore store = SqliteStore.open(file)) {
            assertThat(store.<Page<AuditEvent>>read(s -> s.audit().list("acme", null, PageRequest.first()))
                            .items())
                    .extracting(AuditEvent::id)
                    .containsExactly("aud_2");
            assertThat(store.<Page<AuditEvent>>read(s -> s.audit().list(null, null, PageRequest.first()))
                            .items())
                    .hasSize(2);
        }
    }
}
