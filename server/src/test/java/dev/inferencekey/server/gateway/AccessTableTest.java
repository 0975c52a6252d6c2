package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class AccessTableTest {
    private final Random random = new Random(3);
    private final AccessTable table = new AccessTable();
    private final SingleChanges changes = new SingleChanges(table);

    private static KeyEntry entry(String id, CredentialState state, LiveKey... keys) {
        return GatewayFixture.entry(id, "acme", Grants.ofEntireProject(), state, null, keys);
    }

    private @Nullable KnownSecret find(LiveKey key) {
        return table.secret(HexFormat.fromHexDigits(key.publicId()));
    }

    private static Backends ready(String... ids) {
        return new Backends.Ready(java.util.Arrays.stream(ids)
                .map(id -> new ReplicaTarget(id, URI.create("http://127.0.0.1:1"), "m", null))
                .toList());
    }

    @Test
    void isNotLoadedUntilTheFirstSnapshotHasEnded() {
        assertThat(table.loaded()).isFalse();
        table.load(7, snapshot -> assertThat(table.loaded()).isFalse());
        assertThat(table.loaded()).isTrue();
        assertThat(table.epoch()).isEqualTo(7);
        table.apply(9, _ -> {});
        assertThat(table.epoch()).isEqualTo(9);
    }

    @Test
    void aSnapshotForgetsWhatItDoesNotContain() {
        LiveKey old = LiveKey.mint(random);
        LiveKey kept = LiveKey.mint(random);
        table.load(1, snapshot -> {
            snapshot.key(entry("key_1", CredentialState.ACTIVE, old));
            snapshot.key(entry("key_2", CredentialState.ACTIVE, kept));
            snapshot.endpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
            snapshot.endpoint(GatewayFixture.endpoint("b", TaskType.OMNI));
        });
        table.setBackends("wl_b", ready("rep_1"));
        Endpoint gone = Objects.requireNonNull(table.endpoint("acme", "a"));
        table.load(2, snapshot -> {
            snapshot.key(entry("key_2", CredentialState.ACTIVE, kept));
            snapshot.endpoint(GatewayFixture.endpoint("b", TaskType.OMNI));
        });
        assertThat(find(old)).isNull();
        assertThat(find(kept)).isNotNull();
        assertThat(table.endpoint("acme", "a")).isNull();
        assertThat(gone.removed()).isTrue();
        assertThat(Objects.requireNonNull(table.endpoint("acme", "b")).serving().replicas())
                .hasSize(1);
    }

    @Test
    void aRotatedKeyIsFoundByEachOfItsSecretsAndLosesTheOnesThatWent() {
        LiveKey first = LiveKey.mint(random);
        LiveKey second = LiveKey.mint(random);
        changes.putKey(entry("key_1", CredentialState.ACTIVE, first));
        changes.putKey(entry("key_1", CredentialState.ACTIVE, second, first));
        assertThat(find(first)).isNotNull();
        assertThat(find(second)).isNotNull();
        changes.putKey(entry("key_1", CredentialState.DISABLED, second));
        assertThat(find(first)).isNull();
        assertThat(Objects.requireNonNull(find(second)).state()).isEqualTo(CredentialState.DISABLED);
        changes.removeKey("key_1");
        changes.removeKey("key_1");
        assertThat(find(second)).isNull();
    }

    @Test
    void aCallerIsNamedByTheSecretThatWasShown() {
        for (String publicId : List.of("ffffffff", "00000001", "0a1b2c3d")) {
            KeyEntry key = new KeyEntry(
                    "key_" + publicId,
                    "acme",
                    Grants.ofWorkloads(Set.of("a")),
                    CredentialState.ACTIVE,
                    null,
                    Limits.NONE,
                    List.of(new CredentialSecret(
                            publicId, SecretDigest.of(new byte[32]), Instant.EPOCH, null, null, null)));
            changes.putKey(key);
            KnownSecret known = Objects.requireNonNull(table.secret(HexFormat.fromHexDigits(publicId)));
            assertThat(known.caller())
                    .isEqualTo(
                            new Caller.DataKey("key_" + publicId, publicId, "acme", Grants.ofWorkloads(Set.of("a"))));
        }
    }

    @Test
    void aPublicIdThatHasGoneToAnotherKeyStaysThere() {
        LiveKey shown = LiveKey.mint(random);
        changes.putKey(entry("key_1", CredentialState.ACTIVE, shown));
        changes.putKey(entry("key_2", CredentialState.ACTIVE, shown));
        changes.removeKey("key_1");
        assertThat(Objects.requireNonNull(find(shown)).keyId()).isEqualTo("key_2");
    }

    @Test
    void backendsGoWithTheirEndpointAndAreNothingWithoutIt() {
        table.setBackends("wl_a", ready("rep_1"));
        changes.putEndpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
        assertThat(Objects.requireNonNull(table.endpoint("acme", "a")).serving())
                .isEqualTo(Serving.UNKNOWN);
        table.setBackends("wl_a", ready("rep_1"));
        assertThat(Objects.requireNonNull(table.endpoint("acme", "a")).serving().replicas())
                .hasSize(1);
        changes.removeEndpoint("wl_a");
        assertThat(table.endpoint("acme", "a")).isNull();
        changes.putEndpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
        assertThat(Objects.requireNonNull(table.endpoint("acme", "a")).serving())
                .isEqualTo(Serving.UNKNOWN);
    }

    @Test
    void aRenamedEndpointIsFoundByItsNewNameOnly() {
        changes.putEndpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
        changes.putEndpoint(
                new EndpointEntry("wl_a", "acme", "renamed", TaskType.OMNI, "simulator", 1, Limits.NONE, true));
        assertThat(table.endpoint("acme", "a")).isNull();
        assertThat(table.endpoint("acme", "renamed")).isNotNull();
    }

    @Test
    void aReCreatedWorkloadIsReachableByTheSameName() {
        changes.putEndpoint(new EndpointEntry("wl_1", "acme", "a", TaskType.OMNI, "simulator", 1, Limits.NONE, true));
        changes.putEndpoint(new EndpointEntry("wl_2", "acme", "a", TaskType.OMNI, "simulator", 2, Limits.NONE, true));
        changes.removeEndpoint("wl_1");
        assertThat(Objects.requireNonNull(table.endpoint("acme", "a")).entry().workloadId())
                .isEqualTo("wl_2");
    }

    @Test
    void aReplicaKeepsItsCountWhileTheListAroundItChanges() {
        changes.putEndpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
        Endpoint endpoint = Objects.requireNonNull(table.endpoint("acme", "a"));
        table.setBackends("wl_a", ready("rep_1", "rep_2"));
        Replica first = endpoint.serving().replicas().getFirst();
        first.requestStarted();
        table.setBackends("wl_a", ready("rep_3", "rep_1"));
        assertThat(endpoint.serving().replicas()).contains(first);
        Replica chosen =
                Objects.requireNonNull(endpoint.serving().leastOutstanding(List.of(), 0, EjectionPolicy.DEFAULT, 0));
        assertThat(chosen.target().replicaId()).isEqualTo("rep_3");
        assertThat(endpoint.serving().leastOutstanding(List.of(chosen), 0, EjectionPolicy.DEFAULT, 0))
                .isEqualTo(first);
        assertThat(endpoint.serving().leastOutstanding(List.of(chosen, first), 0, EjectionPolicy.DEFAULT, 0))
                .isNull();
    }

    @Test
    void equallyBusyReplicasTakeTurns() {
        Serving serving = Serving.of(ready("rep_1", "rep_2", "rep_3"), Serving.UNKNOWN);
        List<String> chosen = java.util.stream.IntStream.range(-2, 4)
                .mapToObj(turn -> Objects.requireNonNull(
                                serving.leastOutstanding(List.of(), turn, EjectionPolicy.DEFAULT, 0))
                        .target()
                        .replicaId())
                .toList();
        assertThat(chosen).containsExactly("rep_2", "rep_3", "rep_1", "rep_2", "rep_3", "rep_1");
    }

    @Test
    void aBatchIsSeenAsAWholeOrNotAtAll() throws Exception {
        LiveKey key = LiveKey.mint(random);
        LiveKey other = LiveKey.mint(random);
        table.load(1, snapshot -> snapshot.key(entry("key_1", CredentialState.ACTIVE, key)));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger halves = new AtomicInteger();
        AtomicInteger reads = new AtomicInteger();
        Thread reader = Thread.ofPlatform().name("reader").start(() -> {
            while (!stop.get()) {
                long before = table.epoch();
                boolean one = find(key) != null;
                boolean two = find(other) != null;
                boolean three = table.endpoint("acme", "a") != null;
                // Odd epochs have the first key alone, even ones the rest; reads between which the epoch changed tell
                // nothing.
                if (before == table.epoch() && (one != (before % 2 == 1) || two == one || three == one)) {
                    halves.incrementAndGet();
                }
                reads.incrementAndGet();
            }
        });
        for (int i = 2; i < 4000 || reads.get() < 1000; i++) {
            boolean first = i % 2 == 1;
            table.apply(i, changes -> {
                if (first) {
                    changes.putKey(entry("key_1", CredentialState.ACTIVE, key));
                    changes.removeKey("key_2");
                    changes.removeEndpoint("wl_a");
                } else {
                    changes.removeKey("key_1");
                    changes.putKey(entry("key_2", CredentialState.ACTIVE, other));
                    changes.putEndpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
                }
            });
        }
        stop.set(true);
        reader.join();
        assertThat(halves).hasValue(0);
    }

    @Test
    void aBatchThatFailsChangesNothingThatReadersSee() {
        LiveKey key = LiveKey.mint(random);
        table.load(1, snapshot -> snapshot.key(entry("key_1", CredentialState.ACTIVE, key)));

        assertThatThrownBy(() -> table.apply(2, changes -> {
                    changes.removeKey("key_1");
                    throw new IllegalStateException("no more");
                }))
                .hasMessage("no more");

        assertThat(table.epoch()).isEqualTo(1);
        assertThat(find(key)).isNotNull();
    }

    @Test
    void admitsUntilItsTimeIsOverAndAgainOnceItIsLater() {
        assertThat(table.admits(() -> Long.MAX_VALUE)).isTrue();
        table.admitUntil(Long.MIN_VALUE + 5); // Ticks may wrap around.
        assertThat(table.admits(() -> Long.MAX_VALUE)).isTrue();
        assertThat(table.admits(() -> Long.MIN_VALUE + 5)).isFalse();
        assertThat(table.admits(() -> Long.MIN_VALUE + 100)).isFalse();
        table.admitUntil(Long.MIN_VALUE + 200);
        assertThat(table.admits(() -> Long.MIN_VALUE + 100)).isTrue();
    }

    @Test
    void aKeyThatIsReplacedAgainAndAgainIsNeverMissingForAReader() throws Exception {
        LiveKey key = LiveKey.mint(random);
        table.load(1, snapshot -> {
            snapshot.key(entry("key_1", CredentialState.ACTIVE, key));
            snapshot.endpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
        });
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger misses = new AtomicInteger();
        AtomicInteger reads = new AtomicInteger();
        Thread reader = Thread.ofPlatform().name("reader").start(() -> {
            while (!stop.get()) {
                if (find(key) == null || table.endpoint("acme", "a") == null) {
                    misses.incrementAndGet();
                }
                reads.incrementAndGet();
            }
        });
        for (int i = 0; i < 2000 || reads.get() < 1000; i++) {
            changes.putKey(entry("key_1", i % 2 == 0 ? CredentialState.ACTIVE : CredentialState.DISABLED, key));
            changes.putEndpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
            if (i % 50 == 0) {
                table.load(i, snapshot -> {
                    snapshot.key(entry("key_1", CredentialState.ACTIVE, key));
                    snapshot.endpoint(GatewayFixture.endpoint("a", TaskType.OMNI));
                });
            }
        }
        stop.set(true);
        reader.join();
        assertThat(misses).hasValue(0);
    }
}
