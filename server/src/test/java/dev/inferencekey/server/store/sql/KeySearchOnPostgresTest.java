package dev.inferencekey.server.store.sql;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.TestStores;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many pieces are looked into at once there, and what is found is the same. */
@Tag("slow")
final class KeySearchOnPostgresTest {
    /** Twenty pieces: the first query looks into one, the second into sixteen, and the third into the rest. */
    private static final int KEYS = 20 * ApiKeySearch.PIECE;

    @Test
    void findsInAllPiecesWhatTheFilterShowsNewestFirst() {
        try (BreakableStore store = TestStores.postgres()) {
            StoreData.fill(store);
            fill(store);
            List<IssuedApiKey> all = all(store, KeyFilter.ALL, 1_000);
            assertThat(all).hasSize(KEYS);
            for (KeyFilter filter : filters()) {
                List<String> shown = all.stream()
                        .filter(key -> filter.shows(key, NOW))
                        .map(IssuedApiKey::id)
                        .toList();
                assertThat(all(store, filter, Math.clamp(shown.size() / 3, 10, 1_000)))
                        .as(filter.toString())
                        .extracting(IssuedApiKey::id)
                        .isEqualTo(shown);
            }
        }
    }

    private static List<KeyFilter> filters() {
        List<KeyFilter> filters = new ArrayList<>();
        for (String name : new String[] {null, "customer-00001", "customer-03", "nobody"}) {
            filters.add(filter(name, null, null, false));
            filters.add(filter(name, null, "bot-7", false));
            filters.add(filter(name, null, null, true));
            for (Liveness state : Liveness.values()) {
                filters.add(filter(name, state, null, false));
                filters.add(filter(name, state, "bot-7", false));
            }
        }
        return filters;
    }

    private static KeyFilter filter(
            @Nullable String search, @Nullable Liveness state, @Nullable String callable, boolean entire) {
        return new KeyFilter(
                search == null ? null : CredentialSearch.ofKeys("search", search), state, callable, entire);
    }

    private static List<IssuedApiKey> all(BreakableStore store, KeyFilter filter, int limit) {
        List<IssuedApiKey> all = new ArrayList<>();
        String after = null;
        do {
            PageRequest request = new PageRequest(limit, after);
            Page<IssuedApiKey> page = store.read(s -> s.apiKeys().list(ACME.id(), filter, NOW, request));
            all.addAll(page.items());
            after = page.next();
        } while (after != null);
        return all;
    }

    /** Few are revoked or disabled, and those among the oldest alone; few may call one workload. */
    private static void fill(BreakableStore store) {
        store.append(s -> {
            SqlSession session = (SqlSession) s;
            session.update("""
                            insert into api_keys (id, project_id, name, grants, state, expires_at, created_at, created_by,
                                                  ordinal)
                            select 'key_' || lpad(n::text, 8, '0'), :projectId, 'Customer-' || lpad(n::text, 6, '0'),
                                   case when n % 3 = 0 then '*' when n % 1000 = 1 then 'bot-7' else 'bot-1' end,
                                   case when n < 3000 and n % 100 = 0 then 'revoked'
                                        when n < 9000 and n % 1000 = 1 then 'disabled' else 'active' end,
                                   case when n % 500 < 2 then :now - 1 + n % 4 end, :now, 'operator', n
                              from generate_series(1, :count) n
                            """)
                    .bind("count", KEYS)
                    .bind("projectId", ACME.id())
                    .bind("now", Columns.micros(NOW))
                    .execute();
            session.update("""
                            insert into api_key_secrets (credential_id, generation, public_id, sha256, created_at)
                            select id, 1, lpad(to_hex(ordinal * 40503 % 268435456), 8, '0'), decode(repeat('00', 32), 'hex'),
                                   created_at
                              from api_keys
                            """).execute();
            return session.update("""
                            insert into api_key_grants (project_id, slug, piece, state, name_key, ordinal, ends_at)
                            select project_id, grants, piece, state, name_key, ordinal, ends_at from api_keys
                            """).execute();
        });
    }
}
