package dev.inferencekey.server.background.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.access.OpenRequests;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AccessFeedTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration OFTEN = Duration.ofMillis(5);

    @AutoClose
    private final BreakableStore store = openStore();

    private final RecordingTable table = new RecordingTable();
    private final List<Position> acknowledged = new CopyOnWriteArrayList<>();
    private final AccessFeed feed = new AccessFeed(store, table, NEVER);

    BreakableStore openStore() {
        return TestStores.sqlite();
    }

    @BeforeEach
    void project() {
        Fixtures.project(store);
        // The first entry of all makes every reader read everything.
        append("key_0", 1);
    }

    private long lastEpoch() {
        return store.read(session -> session.accessChanges().last().epoch());
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

        feed.start(acknowledged::add);

        assertThat(table.key("key_1")).isNotNull();
        assertThat(table.key("key_2")).isNull();
        assertThat(table.endpoint("wl_1")).isNotNull();
        assertThat(table.epoch()).isEqualTo(lastEpoch());
    }

    @Test
    void publishingReturnsWhenTheChangeIsInForce() {
        feed.start(acknowledged::add);

        addKey("key_1", "00000001");
        Position reached = feed.catchUp();
        assertThat(table.key("key_1")).isNotNull();
        assertThat(reached.epoch()).isEqualTo(lastEpoch());

        setState("key_1", CredentialState.DISABLED);
        feed.catchUp();
        assertThat(table.key("key_1"))
                .isNotNull()
                .satisfies(key -> assertThat(key.state()).isEqualTo(CredentialState.DISABLED));

        setState("key_1", CredentialState.REVOKED);
        feed.catchUp();
        assertThat(table.key("key_1")).isNull();
        assertThat(table.loads()).as("one snapshot, then changes alone").isEqualTo(1);
    }

    @Test
    void followsWorkloadsThatComeAndGo() {
        feed.start(acknowledged::add);

        addWorkload("wl_1");
        feed.catchUp();
        assertThat(table.endpoint("wl_1")).isNotNull();

        store.write(session -> {
            session.accessChanges().append(AccessChangeLog.Subject.WORKLOAD, "wl_1");
            return session.workloads().delete("wl_1");
        });
        feed.catchUp();
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
        feed.start(acknowledged::add);
        assertThat(limitsOfWorkload("wl_1")).isEqualTo(limits);
        assertThat(limitsOfWorkload("wl_2")).isEqualTo(Limits.NONE);
        assertThat(table.key("key_1")).extracting(KeyEntry::limits).isEqualTo(limits);

        store.write(session -> {
            session.workloads().setLimits("wl_2", limits);
            session.accessChanges().append(AccessChangeLog.Subject.WORKLOAD, "wl_2");
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1");
            return session.apiKeys().update("key_1", "web", Grants.ofEntireProject(), null, Limits.NONE);
        });
        feed.catchUp();
        assertThat(limitsOfWorkload("wl_2")).isEqualTo(limits);
        assertThat(table.key("key_1")).extracting(KeyEntry::limits).isEqualTo(Limits.NONE);
    }

    private @Nullable Limits limitsOfWorkload(String id) {
        EndpointEntry endpoint = table.endpoint(id);
        return endpoint == null ? null : endpoint.limits();
    }

    @Test
    void followsMoreChangesThanFitInOneReading() {
        feed.start(acknowledged::add);
        store.write(session -> {
            for (int i = 0; i < 2_500; i++) {
                String id = "key_" + i;
                session.apiKeys().insert(Fixtures.key(id, String.format("%08x", i)));
                session.accessChanges().append(AccessChangeLog.Subject.API_KEY, id);
            }
            return true;
        });

        Position reached = feed.catchUp();

        assertThat(reached.epoch()).isEqualTo(lastEpoch());
        assertThat(table.keyCount()).isEqualTo(2_500);
    }

    @Test
    void readsEverythingAnewWhenTheLogHasForgottenTooMuch() {
        feed.start(acknowledged::add);
        // In one transaction: the feed may look at any time.
        store.write(session -> {
            session.apiKeys().insert(Fixtures.key("key_1", "00000001"));
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1");
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1");
            session.accessChanges().trim(1);
            return true;
        });

        feed.catchUp();

        assertThat(table.loads()).isEqualTo(2);
        assertThat(table.key("key_1")).isNotNull();
        assertThat(table.epoch()).isEqualTo(lastEpoch());
    }

    @Test
    void manyAtOnceEachFindTheirOwnChangeInForce() throws Exception {
        feed.start(acknowledged::add);
        List<Future<Boolean>> found = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 400; i++) {
                String id = "key_" + i;
                String publicId = String.format("%08x", i);
                found.add(threads.submit(() -> {
                    addKey(id, publicId);
                    feed.catchUp();
                    return table.key(id) != null;
                }));
            }
        }
        for (Future<Boolean> each : found) {
            assertThat(each.get()).isTrue();
        }
        assertThat(table.epoch()).isEqualTo(lastEpoch());
    }

    @Test
    void findsWhatOtherProcessesCommitted() {
        try (AccessFeed polling = new AccessFeed(store, table, OFTEN)) {
            polling.start(acknowledged::add);

            addKey("key_1", "00000001");

            await().until(() -> table.key("key_1") != null);
        }
    }

    @Test
    void aStoreThatIsAwayChangesNothingAndIsAskedAgain() {
        try (AccessFeed polling = new AccessFeed(store, table, OFTEN)) {
            addKey("key_1", "00000001");
            polling.start(acknowledged::add);
            store.failWith("the disk is full");
            assertThatThrownBy(polling::catchUp).isInstanceOf(StoreUnavailableException.class);
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

        assertThatThrownBy(() -> feed.start(acknowledged::add)).isInstanceOf(StoreUnavailableException.class);

        store.recover();
        feed.start(acknowledged::add);
        assertThat(table.loads()).isEqualTo(1);
    }

    @Test
    void appliesWhatOneLookFindsAsOneBatch() {
        feed.start(acknowledged::add);
        store.write(session -> {
            session.apiKeys().insert(Fixtures.key("key_1", "00000001"));
            session.workloads().insert(Fixtures.workload("wl_1"));
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1");
            session.accessChanges().append(AccessChangeLog.Subject.WORKLOAD, "wl_1");
            return true;
        });
        feed.catchUp();

        assertThat(table.batches()).isEqualTo(1);
    }

    @Test
    void endsTheRequestsThatAChangeSaysAndCountsThemOnce() {
        List<OpenRequests.Which> ended = new CopyOnWriteArrayList<>();
        feed.endsRequestsOf(which -> {
            assertThat(table.key("key_1")).as("no new ones are let in").isNull();
            ended.add(which);
            return 3;
        });
        addKey("key_1", "00000001");
        feed.start(acknowledged::add);
        store.write(session -> {
            session.apiKeys().setState("key_1", CredentialState.REVOKED);
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1", true);
            return true;
        });

        feed.catchUp();

        assertThat(ended).containsExactly(new OpenRequests.Which.OfKey("key_1"));
        assertThat(feed.takeEnded(AccessChangeLog.Subject.API_KEY, "key_1")).isEqualTo(3);
        assertThat(feed.takeEnded(AccessChangeLog.Subject.API_KEY, "key_1")).isZero();
    }

    @Test
    void endsEveryRequestThatIsNotAllowedAnyMoreWhenItReadsEverythingAgain() {
        List<OpenRequests.Which> ended = new CopyOnWriteArrayList<>();
        feed.endsRequestsOf(which -> {
            ended.add(which);
            return 1;
        });
        feed.start(acknowledged::add);
        assertThat(ended).as("nothing was served before").isEmpty();
        store.write(session -> {
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1");
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, "key_1");
            session.accessChanges().trim(1);
            return true;
        });

        feed.catchUp();

        assertThat(ended).containsExactly(new OpenRequests.Which.NoLongerAllowed());
    }

    @Test
    void acknowledgesWhatIsInForce() {
        try (AccessFeed polling = new AccessFeed(store, table, OFTEN)) {
            polling.start(acknowledged::add);
            Position last = append("key_1", 1);

            await().until(() -> acknowledged.contains(last));
        }
    }

    @Test
    void readsEverythingAgainIfTheTableMayHaveTakenHalf() {
        feed.catchUp();
        addKey("key_1", "00000001");
        table.failOnce();
        assertThatThrownBy(feed::catchUp).hasMessageContaining("half");

        feed.catchUp();

        assertThat(table.loads()).isEqualTo(2);
        assertThat(table.key("key_1")).isNotNull();
    }

    /** Notes changes, and returns the position of the last one. */
    private Position append(String id, int times) {
        store.write(session -> {
            for (int i = 0; i < times; i++) {
                session.accessChanges().append(AccessChangeLog.Subject.API_KEY, id);
            }
            return true;
        });
        return store.read(session -> session.accessChanges().last());
    }

    private void addKey(String id, String publicId) {
        store.write(session -> {
            session.apiKeys().insert(Fixtures.key(id, publicId));
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, id);
            return true;
        });
    }

    private void setState(String id, CredentialState state) {
        store.write(session -> {
            session.apiKeys().setState(id, state);
            session.accessChanges().append(AccessChangeLog.Subject.API_KEY, id);
            return true;
        });
    }

    private void addWorkload(String id) {
        store.write(session -> {
            session.workloads().insert(Fixtures.workload(id));
            session.accessChanges().append(AccessChangeLog.Subject.WORKLOAD, id);
            return true;
        });
    }
}
