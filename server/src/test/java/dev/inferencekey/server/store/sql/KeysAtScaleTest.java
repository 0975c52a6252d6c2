package dev.inferencekey.server.store.sql;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A page of keys out of 380,000 costs little more than one out of 200: the two are asked for in turns, so that a busy machine slows both.
 */
@Tag("alone")
final class KeysAtScaleTest {
    private static final int MANY = 380_000;
    private static final int FEW = 200;
    private static final int ROUNDS = 15;

    /** Of the medians. A look into each of 186 pieces is some times a page of 100 keys; a walk over all keys would be hundreds. */
    private static final double MOST = 60;

    private static final PageRequest PAGE = PageRequest.first();

    @TempDir
    static Path folder;

    private static @Nullable SqliteStore opened;

    @BeforeAll
    static void fill() {
        SqliteStore store = SqliteStore.open(folder.resolve("inferencekey.db"));
        opened = store;
        StoreData.fill(store);
        fill(store, ACME, MANY, "a");
        fill(store, GLOBEX, FEW, "b");
    }

    /**
     * Numbered names, as imports have them; one key in 100 is revoked, one in 1000 disabled, half of them expired, and half of those with
     * 1,000 different grants each, a third with the entire project.
     */
    private static void fill(SqliteStore store, Project project, int count, String prefix) {
        store.write(s -> {
            SqlSession session = (SqlSession) s;
            session.update("""
                            insert into api_keys (id, project_id, name, grants, state, expires_at, created_at, created_by,
                                                  ordinal)
                            with recursive numbers (n) as (
                                select 1 union all select n + 1 from numbers where n < :count
                            )
                            select 'key_' || :prefix || printf('%08d', n), :projectId, 'Customer-' || printf('%06d', n),
                                   case when n % 3 = 0 then '*' else 'bot-' || (n % 1000) end,
                                   case when n % 100 = 0 then 'revoked' when n % 1000 = 1 then 'disabled' else 'active' end,
                                   case when n % 2 = 0 then :now - 1 + n % 4 end, :now, 'operator', n
                              from numbers
                            """)
                    .bind("count", count)
                    .bind("prefix", prefix)
                    .bind("projectId", project.id())
                    .bind("now", Columns.micros(NOW))
                    .execute();
            session.update("""
                            insert into api_key_secrets (credential_id, generation, public_id, sha256, created_at)
                            select id, 1, :digit || printf('%07x', (ordinal * 40503) % 268435456), zeroblob(32), created_at
                              from api_keys
                             where project_id = :projectId
                            """)
                    .bind("digit", prefix)
                    .bind("projectId", project.id())
                    .execute();
            return session.update("""
                            insert into api_key_grants (project_id, slug, piece, state, name_key, ordinal, ends_at)
                            select project_id, grants, piece, state, name_key, ordinal, ends_at
                              from api_keys
                             where project_id = :projectId
                             order by grants, piece, state, name_key
                            """).bind("projectId", project.id()).execute();
        });
    }

    @AfterAll
    static void close() {
        store().close();
    }

    private static SqliteStore store() {
        if (opened == null) {
            throw new IllegalStateException("not opened");
        }
        return opened;
    }

    @TestFactory
    List<DynamicTest> findsAPageAmongManyNearlyAsFastAsAmongFew() {
        Map<String, BiFunction<StoreSession, Project, Object>> reads = new LinkedHashMap<>();
        reads.put("everything", list(null, null, null, false));
        reads.put("name of all", list("customer", null, null, false));
        reads.put("name of the oldest", list("customer-00000", null, null, false));
        reads.put("name of some in the middle", list("customer-0001", null, null, false));
        reads.put("name of one", list("customer-000100", null, null, false));
        reads.put("name of none", list("nobody", null, null, false));
        reads.put("public id", list("0000", null, null, false));
        for (Liveness state : Liveness.values()) {
            reads.put(state + "", list(null, state, null, false));
            reads.put(state + " by name", list("customer-0000", state, null, false));
            reads.put(state + " and callable", list(null, state, "bot-1", false));
            reads.put(state + " with the entire project", list(null, state, null, true));
            reads.put(state + " by name and callable", list("customer-0000", state, "bot-1", false));
        }
        reads.put("callable by few", list(null, null, "bot-1", false));
        reads.put("callable by name", list("customer-0000", null, "bot-1", false));
        reads.put("entire project", list(null, null, null, true));
        reads.put("entire project by name", list("customer-0000", null, null, true));
        reads.put(
                "expiring",
                (s, project) -> s.apiKeys().expiring(project.id(), NOW, NOW.plusSeconds(9), NOW.plusSeconds(1), 100));
        reads.put(
                "idle", (s, project) -> s.apiKeys().idleWithEntireProject(project.id(), NOW, NOW.plusSeconds(1), 100));
        return reads.entrySet().stream()
                .map(read -> DynamicTest.dynamicTest(
                        read.getKey(), () -> assertThat(ratio(read.getValue())).isLessThan(MOST)))
                .toList();
    }

    @TestFactory
    List<DynamicTest> findsThemAll() {
        return List.of(
                count("customer-00000", null, null, false, 9),
                count("customer-37", null, null, false, 1000),
                count(null, Liveness.DISABLED, null, false, 380),
                count(null, null, "bot-1", false, 1000),
                count("customer-379", Liveness.REVOKED, null, true, 3));
    }

    private static DynamicTest count(
            @Nullable String search,
            @Nullable Liveness state,
            @Nullable String callable,
            boolean entire,
            int expected) {
        KeyFilter filter = filter(search, state, callable, entire);
        return DynamicTest.dynamicTest(filter.toString(), () -> {
            Page<IssuedApiKey> page =
                    store().read(s -> s.apiKeys().list(ACME.id(), filter, NOW, new PageRequest(1000, null)));
            assertThat(page.items()).hasSize(expected).allMatch(key -> filter.shows(key, NOW));
            assertThat(page.items()).extracting(IssuedApiKey::id).isSortedAccordingTo(Collections.reverseOrder());
        });
    }

    private static double ratio(BiFunction<StoreSession, Project, Object> read) {
        List<Long> many = new ArrayList<>();
        List<Long> few = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            few.add(nanos(read, GLOBEX));
            many.add(nanos(read, ACME));
        }
        return (double) median(many) / median(few);
    }

    private static long nanos(BiFunction<StoreSession, Project, Object> read, Project project) {
        long begun = System.nanoTime();
        Object found = store().read(s -> read.apply(s, project));
        long took = System.nanoTime() - begun;
        assertThat(found).isNotNull();
        return took;
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    private static BiFunction<StoreSession, Project, Object> list(
            @Nullable String search, @Nullable Liveness state, @Nullable String callable, boolean entire) {
        KeyFilter filter = filter(search, state, callable, entire);
        return (s, project) -> s.apiKeys().list(project.id(), filter, NOW, PAGE);
    }

    private static KeyFilter filter(
            @Nullable String search, @Nullable Liveness state, @Nullable String callable, boolean entire) {
        return new KeyFilter(
                search == null ? null : CredentialSearch.ofKeys("search", search), state, callable, entire);
    }
}
