package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeDriver.Started;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two nodes on one store, which {@code b} may be cut off from: {@code a} decides, and what is pinned to {@code b} runs there. */
final class TwoEngineNodes implements AutoCloseable {
    final BreakableStore store = TestStores.sqlite();
    /** As {@code b} reaches it. */
    final BreakableStore reachedByB = BreakableStore.over(store);

    final EngineFixture a;
    final EngineFixture b;
    volatile Instant now = Fixtures.CREATED;
    private final AtomicInteger ids = new AtomicInteger();

    TwoEngineNodes() {
        Fixtures.project(store);
        a = node(store, "a", true);
        b = node(reachedByB, "b", true);
    }

    /** One more on the same store, which the caller closes. */
    EngineFixture other(String name, boolean callsNodes) {
        return node(store, name, callsNodes);
    }

    private EngineFixture node(BreakableStore reached, String name, boolean callsNodes) {
        return new EngineFixture(
                reached, store, name, prefix -> prefix + "_" + ids.incrementAndGet(), () -> now, callsNodes);
    }

    static Workload onB() {
        return Fixtures.pinned(Fixtures.workload("wl_1"), "b");
    }

    void declare(Workload workload) {
        assertThat(store.<Boolean>write(session -> session.workloads().insert(workload)))
                .isTrue();
    }

    void change(Workload workload) {
        assertThat(store.<Boolean>write(session -> session.workloads().update(workload)))
                .isTrue();
    }

    /** Both do what there is to do, and see what the other one did; returns when {@code a} is to look again. */
    Instant look() {
        Instant next = a.look();
        b.look();
        a.publish();
        b.publish();
        return next;
    }

    /** What {@code b} was just given to run, once it serves. */
    Started readyOnB() {
        look();
        Started replica = b.driver.last();
        replica.ready();
        look();
        return replica;
    }

    List<PlacedReplica> placed() {
        return store.read(session -> session.replicas().all());
    }

    /** Nothing of theirs runs afterwards. */
    @Override
    public void close() {
        reachedByB.recover();
        a.close();
        b.close();
        assertThat(a.driver.running()).isEmpty();
        assertThat(b.driver.running()).isEmpty();
        store.close();
    }
}
