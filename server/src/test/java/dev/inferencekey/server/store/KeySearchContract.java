package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.ports.store.Excerpt;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.TokenFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Finding credentials among many. */
interface KeySearchContract {
    /** After everything was made. */
    Instant LATER = NOW.plusSeconds(1);

    List<Grants> GRANTS = List.of(
            Grants.ofEntireProject(),
            Grants.ofWorkloads(Set.of("bot")),
            Grants.ofWorkloads(Set.of("bot-2")),
            Grants.ofWorkloads(Set.of("bot", "bot-2", "other")));

    List<CredentialState> STATES = List.of(CredentialState.values());

    Store store();

    @Test
    default void showsForEveryFilterJustTheKeysThatFitItNewestFirst() {
        List<IssuedApiKey> keys = keys();
        List<@Nullable String> searches = new ArrayList<>(List.of(
                "web", "WEB-1", "Ünal", "ünal", "%", "_", "0000", "00000011", "key_003", "ik_live_00000021…", "zz"));
        searches.add(null);
        List<@Nullable Liveness> states = new ArrayList<>(Arrays.asList(Liveness.values()));
        states.add(null);
        int shown = 0;
        for (String search : searches) {
            for (Liveness state : states) {
                for (String callable : Arrays.asList("bot", "nobodys", null)) {
                    for (boolean entire : List.of(false, true)) {
                        KeyFilter filter = new KeyFilter(
                                search == null ? null : CredentialSearch.ofKeys("search", search),
                                state,
                                callable,
                                entire);
                        List<String> expected = keys.reversed().stream()
                                .filter(key -> key.projectId().equals(ACME.id()) && filter.shows(key, NOW))
                                .map(IssuedApiKey::id)
                                .toList();
                        assertThat(listed(filter)).as(filter.toString()).isEqualTo(expected);
                        shown += expected.size();
                    }
                }
            }
        }
        assertThat(shown).isGreaterThan(100);
    }

    @Test
    default void followsEachChangeOfAKey() {
        List<IssuedApiKey> keys = keys();
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            int at = random.nextInt(keys.size());
            IssuedApiKey key = keys.get(at);
            IssuedApiKey changed = random.nextInt(3) == 0
                    ? with(key, key.name(), key.grants(), STATES.get(random.nextInt(3)), key.expiresAt())
                    : with(
                            key,
                            "web-" + random.nextInt(3),
                            GRANTS.get(random.nextInt(GRANTS.size())),
                            key.state(),
                            random.nextBoolean() ? null : NOW.minusSeconds(1));
            keys.set(at, changed);
            store().<Boolean>write(s -> {
                s.apiKeys().setState(changed.id(), changed.state());
                return s.apiKeys()
                        .update(changed.id(), changed.name(), changed.grants(), changed.expiresAt(), changed.limits());
            });
        }
        for (String search : List.of("web-0", "web-1", "web-2", "web")) {
            for (Liveness state : Liveness.values()) {
                for (String callable : Arrays.asList("bot", "bot-2", "other", null)) {
                    KeyFilter filter = new KeyFilter(CredentialSearch.ofKeys("search", search), state, callable, false);
                    assertThat(listed(filter))
                            .as(filter.toString())
                            .isEqualTo(keys.reversed().stream()
                                    .filter(key -> key.projectId().equals(ACME.id()) && filter.shows(key, NOW))
                                    .map(IssuedApiKey::id)
                                    .toList());
                }
            }
        }
    }

    @Test
    default void tellsWhichKeysExpireSoonAndThatThereAreMore() {
        insert(key("key_1", ACME, "late", GRANTS.get(0), CredentialState.ACTIVE, NOW.plusSeconds(30)));
        insert(key("key_2", ACME, "soon", GRANTS.get(0), CredentialState.ACTIVE, NOW.plusSeconds(10)));
        insert(key("key_3", ACME, "over", GRANTS.get(0), CredentialState.ACTIVE, NOW));
        insert(key("key_4", ACME, "off", GRANTS.get(0), CredentialState.DISABLED, NOW.plusSeconds(5)));
        insert(key("key_5", GLOBEX, "foreign", GRANTS.get(0), CredentialState.ACTIVE, NOW.plusSeconds(5)));
        insert(key("key_6", ACME, "later", GRANTS.get(0), CredentialState.ACTIVE, NOW.plusSeconds(31)));
        insert(key("key_7", ACME, "never", GRANTS.get(0), CredentialState.ACTIVE, null));

        Excerpt<IssuedApiKey> all =
                store().read(s -> s.apiKeys().expiring(ACME.id(), NOW, NOW.plusSeconds(30), LATER, 2));
        Excerpt<IssuedApiKey> one =
                store().read(s -> s.apiKeys().expiring(ACME.id(), NOW, NOW.plusSeconds(30), LATER, 1));

        assertThat(all.items()).extracting(IssuedApiKey::id).containsExactly("key_2", "key_1");
        assertThat(all.more()).isFalse();
        assertThat(one.items()).extracting(IssuedApiKey::id).containsExactly("key_2");
        assertThat(one.more()).isTrue();
        assertThat(store().<Excerpt<IssuedApiKey>>read(
                                s -> s.apiKeys().expiring(ACME.id(), NOW, NOW.plusSeconds(30), NOW, 2))
                        .items())
                .as("what was only just made")
                .isEmpty();
    }

    @Test
    default void tellsWhichKeysWithTheEntireProjectAreIdle() {
        for (int i = 1; i <= 6; i++) {
            insert(key("key_" + i, ACME, "k", GRANTS.get(i == 2 ? 1 : 0), CredentialState.ACTIVE, null));
        }
        store().write(s -> {
            s.apiKeys().setState("key_3", CredentialState.REVOKED);
            s.apiKeys().recordUses(List.of(use("key_4", LATER), use("key_5", NOW)));
            return true;
        });

        Excerpt<IssuedApiKey> idle = store().read(s -> s.apiKeys().idleWithEntireProject(ACME.id(), NOW, LATER, 3));
        Excerpt<IssuedApiKey> two = store().read(s -> s.apiKeys().idleWithEntireProject(ACME.id(), NOW, LATER, 2));

        assertThat(idle.items()).extracting(IssuedApiKey::id).containsExactly("key_1", "key_5", "key_6");
        assertThat(idle.more()).isFalse();
        assertThat(two.items()).hasSize(2);
        assertThat(two.more()).isTrue();
        assertThat(store().<Excerpt<IssuedApiKey>>read(s -> s.apiKeys().idleWithEntireProject(ACME.id(), NOW, NOW, 3))
                        .items())
                .as("what was only just made")
                .isEmpty();
    }

    @Test
    default void findsTokensByNameIdPublicIdAndState() {
        for (int i = 1; i <= 5; i++) {
            String id = "tok_" + i;
            IssuedSdkToken token =
                    StoreData.sdkToken(id, ACME, Set.of(Scope.WORKLOAD_READ), StoreData.secret("abcd000" + i, i));
            store().<Boolean>write(s -> s.sdkTokens().insert(token));
        }
        store().<Boolean>write(s -> s.sdkTokens().setState("tok_2", CredentialState.REVOKED));

        assertThat(tokens("DEP", null)).containsExactly("tok_5", "tok_4", "tok_3", "tok_2", "tok_1");
        assertThat(tokens("deploy", Liveness.REVOKED)).containsExactly("tok_2");
        assertThat(tokens("deploy", Liveness.EXPIRED)).isEmpty();
        assertThat(tokens("tok_3", null)).containsExactly("tok_3");
        assertThat(tokens("ik_sdk_abcd0004", Liveness.ALIVE)).containsExactly("tok_4");
        assertThat(tokens("abcd", Liveness.ALIVE)).containsExactly("tok_5", "tok_4", "tok_3", "tok_1");
        assertThat(store().<Excerpt<IssuedSdkToken>>read(
                                s -> s.sdkTokens().expiring(ACME.id(), NOW, NOW.plusSeconds(60), LATER, 3))
                        .items())
                .hasSize(3);
        assertThat(store().<Excerpt<IssuedSdkToken>>read(
                                s -> s.sdkTokens().expiring(ACME.id(), NOW, NOW.plusSeconds(59), LATER, 3))
                        .items())
                .isEmpty();
    }

    private List<String> tokens(String search, @Nullable Liveness state) {
        TokenFilter filter = new TokenFilter(CredentialSearch.ofTokens("search", search), state);
        List<String> ids = new ArrayList<>();
        PageRequest page = new PageRequest(2, null);
        while (page != null) {
            PageRequest asked = page;
            Page<IssuedSdkToken> piece = store().read(s -> s.sdkTokens().list(ACME.id(), filter, NOW, asked));
            piece.items().forEach(token -> ids.add(token.id()));
            page = piece.next() == null ? null : new PageRequest(2, piece.next());
        }
        return ids;
    }

    private List<String> listed(KeyFilter filter) {
        List<String> ids = new ArrayList<>();
        PageRequest page = new PageRequest(4, null);
        while (page != null) {
            PageRequest asked = page;
            Page<IssuedApiKey> piece = store().read(s -> s.apiKeys().list(ACME.id(), filter, NOW, asked));
            piece.items().forEach(key -> ids.add(key.id()));
            page = piece.next() == null ? null : new PageRequest(4, piece.next());
        }
        return ids;
    }

    /** Some of everything, inserted in the order of their ids. */
    private List<IssuedApiKey> keys() {
        List<IssuedApiKey> keys = new ArrayList<>();
        List<String> names = List.of("Web-1", "web-2", "Ünal", "0000 names can be digits", "other", "a%_b");
        List<@Nullable Instant> expiries = Arrays.asList(null, NOW, NOW.plusSeconds(1));
        for (int i = 0; i < 90; i++) {
            keys.add(key(
                    String.format("key_%03d", i),
                    i % 7 == 0 ? GLOBEX : ACME,
                    names.get(i % names.size()),
                    GRANTS.get(i % GRANTS.size()),
                    STATES.get(i / 3 % 3),
                    expiries.get(i / 5 % 3)));
        }
        store().write(s -> {
            keys.forEach(key -> s.apiKeys().insert(key));
            return true;
        });
        return new ArrayList<>(keys);
    }

    private void insert(IssuedApiKey key) {
        assertThat(store().<Boolean>write(s -> s.apiKeys().insert(key))).isTrue();
    }

    private static SecretUse use(String keyId, Instant at) {
        return new SecretUse(publicId(keyId), at, "192.0.2.7");
    }

    private static String publicId(String keyId) {
        return String.format("%08x", Integer.parseInt(keyId.substring(4)));
    }

    private static IssuedApiKey key(
            String id,
            Project project,
            String name,
            Grants grants,
            CredentialState state,
            @Nullable Instant expiresAt) {
        CredentialSecret secret = StoreData.secret(publicId(id), 1);
        return with(StoreData.apiKey(id, project, grants, secret), name, grants, state, expiresAt);
    }

    private static IssuedApiKey with(
            IssuedApiKey key, String name, Grants grants, CredentialState state, @Nullable Instant expiresAt) {
        return new IssuedApiKey(
                key.id(),
                key.projectId(),
                key.projectSlug(),
                name,
                grants,
                state,
                expiresAt,
                Limits.NONE,
                key.createdAt(),
                key.createdBy(),
                key.secrets());
    }
}
