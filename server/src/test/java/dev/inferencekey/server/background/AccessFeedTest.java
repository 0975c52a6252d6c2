package dev.inferencekey.server.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AccessFeedTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration OFTEN = Duration.ofMillis(5);

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    private final RecordingTable table = new RecordingTable();
    private final ManualClock clock = new ManualClock();
    private final AccessFeed feed = new AccessFeed("node_1", store, table, clock, NEVER);

    @BeforeEach
    void project() {
        Fixtures.project(store);
    }

    @AfterEach
    void close() {
        feed.close();
    }

    @Test
    void loadsEverythingThatLivesAtTheStart() {
        addKey("key_1", "00000001");
        addKey("key_2", "00000002");
        setState("key_2", CredentialState.REVOKED);
        addWorkload("wl_1");

        feed.start();

        assertThat(table.key("key_1")).isNotNull();
        assertThat(table.key("key_2")).isNull();
        assertThat(table.endpoint("wl_1")).isNotNull();
        assertThat(table.epoch())
                .isEqualTo(store.read(session -> session.accessChanges().lastEpoch()));
    }

    @Test
    void publishingReturnsWhenTheChangeIsInForce() {
        feed.start();

        addKey("key_1", "00000001");
        AccessPublication.Receipt receipt = feed.publish();
        assertThat(table.key("key_1")).isNotNull();
        assertThat(receipt.epoch()).isEqualTo(1);

        setState("key_1", CredentialState.DISABLED);
        feed.publish();
        assertThat(table.key("key_1"))
                .isNotNull()
                .satisfies(key -> assertThat(key.state()).isEqualTo(CredentialState.DISABLED));

        setState("key_1", CredentialState.REVOKED);
        feed.publish();
        assertThat(table.key("key_1")).isNull();
        assertThat(table.loads()).as("one snapshot, then changes alone").isEqualTo(1);
    }

    @Test
    void aRevokeReturnsAReceiptOfItsEpochTheNodesAndTheTimeTaken() {
        feed.start();
        addKey("key_1", "00000001");
        feed.publish();
        setState("key_1", CredentialState.REVOKED);

        AccessPublication.Receipt receipt = feed.publish();

        assertThat(table.key("key_1")).isNull();
        assertThat(receipt.epoch())
                .isEqualTo(store.read(session -> session.accessChanges().lastEpoch()))
                .isEqualTo(2);
        assertThat(receipt.nodes()).containsExactly(new AccessPublication.NodeEpoch("node_1", 2));
        assertThat(receipt.took()).isZero(); // As long as the clock says.
    }

    @Test
    void followsWorkloadsThatComeAndGo() {
        feed.start();

        addWorkload("wl_1");
        feed.publish();
        assertThat(table.endpoint("wl_1")).isNotNull();

        store.write(session -> {
            session.accessChanges().append(AccessChangeLog.Subject.WORKLOAD, "wl_1");
            return session.workloads().delete("wl_1");
        });
        feed.publish();
        assertThat(table.endpoint("wl_1")).isNull();
    }

    @Test
    void bringsTheLimitsOfKeysAndWorkloads() {
        Limits limits = new Limits(60, null, 4);
        addWorkload("wl_1");
        addWorkload("wl_2");
        addKey("key_1", "00000001");
        store.write(session -> {
            session.workloads().setLimits("wl_1", limits);
            return session.apiKeys().update("key_1", "web", Grants.ofEntireProject(), null, limits);
        });
        feed.start();
        assertThat(limitsOfWorkload("wl_1")).isEqualTo(limits);
        assertThat(limitsOfWorkload("wl_2")).isEqualTo(Limits.NONE);
        assertThat(table.key("key_1")).extracting(KeyEntry::limits).isEqualTo(limits);

        store.write(session -> {
            session.workloads().setLimits("wl_2", limits);
            session.accessChanges().append(AccessChangeLog.Subject.WORKLOAD, "wl_2");
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1");
            return session.apiKeys().update("key_1", "web", Grants.ofEntireProject(), null, Limits.NONE);
        });
        feed.publish();
        assertThat(limitsOfWorkload("wl_2")).isEqualTo(limits);
        assertThat(table.key("key_1")).extracting(KeyEntry::limits).isEqualTo(Limits.NONE);
    }

    private @Nullable Limits limitsOfWorkload(String id) {
        EndpointEntry endpoint = table.endpoint(id);
        return endpoint == null ? null : endpoint.limits();
    }

    @Test
    void followsMoreChangesThanFitInOneReading() {
        feed.start();
        store.write(session -> {
            for (int i = 0; i < 2_500; i++) {
                String id = "key_" + i;
                session.apiKeys().insert(Fixtures.key(id, String.format("%08x", i)));
                session.accessChanges().append(AccessChangeLog.Subject.API_KEY, id);
            }
            return true;
        });

        AccessPublication.Receipt receipt = feed.publish();

        assertThat(receipt.epoch()).isEqualTo(2_500);
        assertThat(table.keyCount()).isEqualTo(2_500);
    }

    @Test
    void readsEverythingAnewWhenTheLogHasForgottenTooMuch() {
        feed.start();
        addKey("key_1", "00000001");
        addKey("key_2", "00000002");
        store.write(session -> {
            session.accessChanges().trim(1);
            return true;
        });

        feed.publish();

        assertThat(table.loads()).isEqualTo(2);
        assertThat(table.key("key_1")).isNotNull();
        assertThat(table.epoch()).isEqualTo(2);
    }

    @Test
    void manyAtOnceEachFindTheirOwnChangeInForce() throws Exception {
        feed.start();
        List<Future<Boolean>> found = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 400; i++) {
                String id = "key_" + i;
                String publicId = String.format("%08x", i);
                found.add(threads.submit(() -> {
                    addKey(id, publicId);
                    feed.publish();
                    return table.key(id) != null;
                }));
            }
        }
        for (Future<Boolean> each : found) {
            assertThat(each.get()).isTrue();
        }
        assertThat(table.epoch()).isEqualTo(400);
    }

    @Test
    void findsWhatOtherProcessesCommitted() {
        try (AccessFeed polling = new AccessFeed("node_1", store, table, clock, OFTEN)) {
            polling.start();

            addKey("key_1", "00000001");

            await().until(() -> table.key("key_1") != null);
        }
    }

    @Test
    void aStoreThatIsAwayChangesNothingAndIsAskedAgain() {
        try (AccessFeed polling = new AccessFeed("node_1", store, table, clock, OFTEN)) {
            addKey("key_1", "00000001");
            polling.start();
            store.failWith("the disk is full");
            assertThatThrownBy(polling::publish).isInstanceOf(StoreUnavailableException.class);
            assertThat(table.key("key_1")).isNotNull();
            assertThat(table.isFollowing()).isFalse();

            store.recover();
            addKey("key_2", "00000002");

            await().until(() -> table.key("key_2") != null && table.isFollowing());
        }
    }

    @Test
    void doesNotStartWithoutAStore() {
        store.failWith("the disk is full");

        assertThatThrownBy(feed::start).isInstanceOf(StoreUnavailableException.class);

        store.recover();
        feed.start();
        assertThat(table.loads()).isEqualTo(1);
    }

    @Test
    void keepsTheLogShort() {
        store.write(session -> {
            for (int i = 0; i < 12_000; i++) {
                session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_gone");
            }
            return true;
        });
        try (AccessFeed polling = new AccessFeed("node_1", store, table, clock, OFTEN)) {
            polling.start();

            await().until(() -> store.read(session -> session.accessChanges().oldestEpoch()) == 2_001);
        }
    }

    private void addKey(String id, String publicId) {
        store.write(session -> {
            session.apiKeys().insert(Fixtures.key(id, publicId));
            return session.accessChanges().append(AccessChangeLog.Subject.API_KEY, id);
        });
    }

    private void setState(String id, CredentialState state) {
        store.write(session -> {
            session.apiKeys().setState(id, state);
            return session.accessChanges().append(AccessChangeLog.Subject.API_KEY, id);
        });
    }

    private void addWorkload(String id) {
        store.write(session -> {
            session.workloads().insert(Fixtures.workload(id));
            return session.accessChanges().append(AccessChangeLog.Subject.WORKLOAD, id);
        });
    }
}
