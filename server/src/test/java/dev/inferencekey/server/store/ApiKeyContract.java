package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.apiKey;
import static dev.inferencekey.server.store.StoreData.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** API keys. */
interface ApiKeyContract {
    Limits LIMITS = new Limits(60, 100_000, 4);
    Grants BOTS = Grants.ofWorkloads(Set.of("bot", "other-bot"));

    Store store();

    @Test
    default void findsAKeyByIdAndByEachOfItsPublicIds() {
        CredentialSecret rotatedOut =
                new CredentialSecret("00000001", secret("x", 1).digest(), NOW, NOW.plusSeconds(60), NOW, "192.0.2.7");
        IssuedApiKey key = apiKey("key_1", ACME, BOTS, secret("00000002", 2), rotatedOut);
        insertKey(key);

        assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().find("key_1")))
                .contains(key);
        assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().findByPublicId("00000001")))
                .contains(key);
        assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().findByPublicId("00000002")))
                .contains(key);
        assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().findByPublicId("00000003")))
                .isEmpty();
    }

    @Test
    default void refusesAKeyWhosePublicIdIsInUse() {
        insertKey(apiKey("key_1", ACME, BOTS, secret("00000001", 1)));

        assertThat(insertKey(apiKey("key_2", GLOBEX, BOTS, secret("00000002", 2), secret("00000001", 3))))
                .isFalse();
        assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().find("key_2")))
                .isEmpty();
        assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().findByPublicId("00000002")))
                .isEmpty();
    }

    @Test
    default void refusesAKeyOfAProjectThatDoesNotExist() {
        IssuedApiKey stray = apiKey("key_1", StoreData.project("proj_none", "none"), BOTS, secret("00000001", 1));

        assertThatThrownBy(() -> insertKey(stray)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void listsTheKeysOfAProjectNewestFirst() {
        for (int i = 1; i <= 5; i++) {
            insertKey(apiKey("key_" + i, i == 3 ? GLOBEX : ACME, BOTS, secret("0000000" + i, i)));
        }
        store().<Boolean>write(s -> s.apiKeys().setState("key_2", CredentialState.REVOKED));

        Page<IssuedApiKey> first = store().read(s -> s.apiKeys().list(ACME.id(), new PageRequest(3, null)));
        Page<IssuedApiKey> second = store().read(s -> s.apiKeys().list(ACME.id(), new PageRequest(3, first.next())));

        assertThat(first.items()).extracting(IssuedApiKey::id).containsExactly("key_5", "key_4", "key_2");
        assertThat(second.items()).extracting(IssuedApiKey::id).containsExactly("key_1");
        assertThat(second.next()).isNull();
    }

    /** A loop that runs a transaction again makes up for a conflict, so the work counts how often it was begun. */
    @Test
    default void keysOfOneProjectThatAreMintedAtTheSameTimeStandInNobodysWay() throws Exception {
        int count = 200;
        AtomicInteger begun = new AtomicInteger();
        List<Callable<Boolean>> mints = IntStream.range(0, count)
                .<Callable<Boolean>>mapToObj(i -> () -> store().write(s -> {
                    begun.incrementAndGet();
                    String id = String.format("%08x", i);
                    return s.apiKeys().insert(apiKey("key_" + id, ACME, BOTS, secret(id, i)));
                }))
                .toList();
        try (ExecutorService minters = Executors.newFixedThreadPool(8)) {
            assertThat(minters.invokeAll(mints)).allMatch(Future::resultNow);
        }

        List<String> listed = new ArrayList<>();
        String next = null;
        do {
            PageRequest page = new PageRequest(50, next);
            Page<IssuedApiKey> keys = store().read(s -> s.apiKeys().list(ACME.id(), page));
            keys.items().forEach(key -> listed.add(key.id()));
            next = keys.next();
        } while (next != null);
        assertThat(listed).hasSize(count).doesNotHaveDuplicates();
        assertThat(begun.get() - count).as("transactions that were run again").isLessThan(count / 4);
    }

    @Test
    default void aUseThatIsToldLateTakesNothingBack() {
        insertKey(apiKey("key_1", ACME, BOTS, secret("00000001", 1)));
        store().<Boolean>append(s -> {
            s.apiKeys().recordUses(List.of(new SecretUse("00000001", NOW.plusSeconds(5), "192.0.2.5")));
            s.apiKeys().recordUses(List.of(new SecretUse("00000001", NOW.plusSeconds(3), "192.0.2.3")));
            return true;
        });

        assertThat(store().<IssuedApiKey>read(s -> s.apiKeys().find("key_1").orElseThrow())
                        .secrets())
                .singleElement()
                .satisfies(secret -> {
                    assertThat(secret.lastUsedAt()).isEqualTo(NOW.plusSeconds(5));
                    assertThat(secret.lastUsedFrom()).isEqualTo("192.0.2.5");
                });
    }

    @Test
    default void saysNothingMoreFollowsWhenTheLastPieceIsJustFull() {
        insertKey(apiKey("key_1", ACME, BOTS, secret("00000001", 1)));

        assertThat(store().<Page<IssuedApiKey>>read(s -> s.apiKeys().list(ACME.id(), new PageRequest(1, null)))
                        .next())
                .isNull();
    }

    @Test
    default void feedsEveryKeyThatIsNotRevoked() {
        int count = 2 * PageRequest.MAX_LIMIT + 3;
        store().write(s -> {
            for (int i = 0; i < count; i++) {
                String id = String.format("%08x", i);
                s.apiKeys().insert(apiKey("key_" + id, ACME, BOTS, secret(id, i)));
            }
            s.apiKeys().setState("key_00000001", CredentialState.REVOKED);
            return s.apiKeys().setState("key_00000002", CredentialState.DISABLED);
        });

        List<String> fed = new ArrayList<>();
        store().read(s -> {
            s.apiKeys().forEachLive(key -> fed.add(key.id()));
            return true;
        });

        assertThat(fed)
                .hasSize(count - 1)
                .doesNotHaveDuplicates()
                .contains("key_00000002")
                .doesNotContain("key_00000001");
    }

    @Test
    default void changesWhatPeopleMayChange() {
        insertKey(apiKey("key_1", ACME, BOTS, secret("00000001", 1)));

        assertThat(store().<Boolean>write(s ->
                        s.apiKeys().update("key_1", "all", Grants.ofEntireProject(), NOW.plusSeconds(9), LIMITS)))
                .isTrue();

        IssuedApiKey changed = store().read(s -> s.apiKeys().find("key_1").orElseThrow());
        assertThat(changed.name()).isEqualTo("all");
        assertThat(changed.grants()).isEqualTo(Grants.ofEntireProject());
        assertThat(changed.expiresAt()).isEqualTo(NOW.plusSeconds(9));
        assertThat(changed.limits()).isEqualTo(LIMITS);
        assertThat(store().<Boolean>write(s -> s.apiKeys().update("key_9", "x", BOTS, null, Limits.NONE)))
                .isFalse();
        assertThat(store().<Boolean>write(s -> s.apiKeys().setState("key_9", CredentialState.REVOKED)))
                .isFalse();
    }

    @Test
    default void keepsEachLimitOfAKeyOnItsOwn() {
        for (Limits limits : List.of(
                LIMITS, new Limits(1, null, null), new Limits(null, 2, null), new Limits(null, null, 3), Limits.NONE)) {
            String id = "key_" + limits.hashCode();
            IssuedApiKey key = limited(id, limits);
            insertKey(key);

            List<IssuedApiKey> fed = new ArrayList<>();
            store().read(s -> {
                s.apiKeys().forEachLive(fed::add);
                return true;
            });
            assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().find(id)))
                    .contains(key);
            assertThat(fed).contains(key);
        }
    }

    private static IssuedApiKey limited(String id, Limits limits) {
        IssuedApiKey plain = apiKey(id, ACME, BOTS, secret(String.format("%08x", limits.hashCode()), 1));
        return new IssuedApiKey(
                plain.id(),
                plain.projectId(),
                plain.projectSlug(),
                plain.name(),
                plain.grants(),
                plain.state(),
                plain.expiresAt(),
                limits,
                plain.createdAt(),
                plain.createdBy(),
                plain.secrets());
    }

    @Test
    default void rotatesKeepingWhatWorksForAsLongAsItWouldAndOfTheOthersTheOneBefore() {
        insertKey(apiKey("key_1", ACME, BOTS, secret("00000001", 1)));
        rotate("00000002", NOW, NOW.plusSeconds(60));
        rotate("00000003", NOW.plusSeconds(4), NOW.plusSeconds(90));

        assertThat(secretsOfKey1())
                .containsExactly(
                        entry("00000003", null),
                        entry("00000002", NOW.plusSeconds(90)),
                        entry("00000001", NOW.plusSeconds(60)));

        rotate("00000004", NOW.plusSeconds(70), NOW.plusSeconds(80));

        assertThat(secretsOfKey1())
                .containsExactly(
                        entry("00000004", null),
                        entry("00000003", NOW.plusSeconds(80)),
                        entry("00000002", NOW.plusSeconds(80)));
        assertThat(store().<Optional<IssuedApiKey>>read(s -> s.apiKeys().findByPublicId("00000001")))
                .isEmpty();

        rotate("00000005", NOW.plusSeconds(75), NOW.plusSeconds(75));

        assertThat(secretsOfKey1()).containsExactly(entry("00000005", null), entry("00000004", NOW.plusSeconds(75)));
    }

    private void rotate(String publicId, Instant at, Instant oldNotAfter) {
        CredentialSecret fresh = new CredentialSecret(publicId, secret("x", 9).digest(), at, null, null, null);
        assertThat(store().<Boolean>write(s -> s.apiKeys().rotate("key_1", fresh, oldNotAfter)))
                .isTrue();
    }

    private List<Map.Entry<String, @Nullable Instant>> secretsOfKey1() {
        return store().<IssuedApiKey>read(s -> s.apiKeys().find("key_1").orElseThrow()).secrets().stream()
                .map(secret -> ApiKeyContract.entry(secret.publicId(), secret.notAfter()))
                .toList();
    }

    private static Map.Entry<String, @Nullable Instant> entry(String publicId, @Nullable Instant notAfter) {
        return new AbstractMap.SimpleImmutableEntry<>(publicId, notAfter);
    }

    @Test
    default void rotatesToNoPublicIdThatIsInUse() {
        insertKey(apiKey("key_1", ACME, BOTS, secret("00000001", 1)));
        insertKey(apiKey("key_2", ACME, BOTS, secret("00000002", 2)));

        assertThat(store().<Boolean>write(s -> s.apiKeys().rotate("key_1", secret("00000002", 3), NOW)))
                .isFalse();
        assertThat(store().<IssuedApiKey>read(s -> s.apiKeys().find("key_1").orElseThrow())
                        .currentSecret())
                .isEqualTo(secret("00000001", 1));
    }

    @Test
    default void refusesToRotateAKeyThatDoesNotExist() {
        assertThatThrownBy(() -> store().<Boolean>write(s -> s.apiKeys().rotate("key_9", secret("00000009", 9), NOW)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void notesTheUseOfOneSecretOnly() {
        insertKey(apiKey("key_1", ACME, BOTS, secret("00000002", 2), secret("00000001", 1)));
        store().write(s -> {
            s.apiKeys()
                    .recordUses(List.of(
                            new SecretUse("00000001", NOW.plusSeconds(5), "198.51.100.9"),
                            new SecretUse("ffffffff", NOW, "198.51.100.9")));
            s.apiKeys().recordUses(List.of());
            return true;
        });

        IssuedApiKey used = store().read(s -> s.apiKeys().find("key_1").orElseThrow());
        assertThat(used.secrets()).extracting(CredentialSecret::lastUsedAt).containsExactly(null, NOW.plusSeconds(5));
        assertThat(used.secrets()).extracting(CredentialSecret::lastUsedFrom).containsExactly(null, "198.51.100.9");
    }

    private boolean insertKey(IssuedApiKey key) {
        return store().<Boolean>write(s -> s.apiKeys().insert(key));
    }
}
