package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** All or nothing, one after the other. */
interface TransactionContract {
    Store store();

    @Test
    default void undoesEverythingWhenTheWorkThrows() {
        IllegalArgumentException thrown = new IllegalArgumentException("half way");

        assertThatThrownBy(() -> store().write(session -> {
                    session.workloads().insert(workload("wl_1", ACME, "bot"));
                    session.accessChanges().append(Subject.WORKLOAD, "wl_1");
                    throw thrown;
                }))
                .isSameAs(thrown);

        assertThat(store().<List<Workload>>read(session -> session.workloads().all()))
                .isEmpty();
        assertThat(store().<AccessChangeLog.Position>read(
                                session -> session.accessChanges().last()))
                .isEqualTo(AccessChangeLog.Position.START);
        assertThat(store().<Boolean>write(session -> session.workloads().insert(workload("wl_1", ACME, "bot"))))
                .isTrue();
    }

    @Test
    default void seesItsOwnChangesBeforeTheyAreCommitted() {
        assertThat(store().<Boolean>write(session -> {
                    session.workloads().insert(workload("wl_1", ACME, "bot"));
                    return session.workloads().find("wl_1").isPresent();
                }))
                .isTrue();
    }

    @Test
    default void readsOneSnapshotWhileOthersWrite() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<List<Integer>> seen = threads.submit(() -> store().<List<Integer>>read(session -> {
                List<Integer> sizes = new ArrayList<>();
                sizes.add(session.workloads().all().size());
                reading.countDown();
                await(written);
                sizes.add(session.workloads().all().size());
                return sizes;
            }));
            reading.await();
            try {
                store().write(session -> session.workloads().insert(workload("wl_1", ACME, "bot")));
            } finally {
                written.countDown();
            }

            assertThat(seen.get()).containsExactly(0, 0);
        }
    }

    @Test
    default void refusesToWriteInATransactionThatReads() {
        assertThatThrownBy(() ->
                        store().<Boolean>read(session -> session.workloads().delete("wl_1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only reads");
    }

    @Test
    default void refusesATransactionInsideATransaction() {
        assertThatThrownBy(() -> store().<Boolean>write(outer ->
                        store().<Boolean>write(inner -> inner.workloads().delete("wl_1"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in a transaction already");
        assertThat(store().<Boolean>write(session -> session.workloads().delete("wl_1")))
                .isFalse();
    }

    @Test
    default void refusesASessionThatOutlivesItsTransaction() {
        AtomicReference<StoreSession> kept = new AtomicReference<>();
        store().write(session -> {
            kept.set(session);
            return true;
        });
        StoreSession ended = Objects.requireNonNull(kept.get());

        assertThatThrownBy(() -> ended.workloads().all()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ended.workloads().delete("wl_1")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void losesNoUpdateOfManyThreadsThatReadAndThenWrite() throws Exception {
        store().write(session -> session.workloads().insert(workload("wl_1", ACME, "bot")));
        int threadCount = 16;
        int each = 20;
        try (var threads = Executors.newFixedThreadPool(threadCount)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                all.add(threads.submit(() -> {
                    for (int j = 0; j < each; j++) {
                        raiseRevision();
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }

        assertThat(store().<Workload>read(
                                session -> session.workloads().find("wl_1").orElseThrow())
                        .revision())
                .isEqualTo(1 + threadCount * each);
    }

    private void raiseRevision() {
        store().<Boolean>write(session -> {
            Workload w = session.workloads().find("wl_1").orElseThrow();
            return session.workloads()
                    .update(new Workload(
                            w.id(),
                            w.projectId(),
                            w.projectSlug(),
                            w.slug(),
                            w.name(),
                            w.description(),
                            w.taskType(),
                            w.backend(),
                            w.modelName(),
                            w.config(),
                            w.workerId(),
                            w.gpuResourceId(),
                            w.executionPolicy(),
                            w.executionPolicyConfig(),
                            w.revision() + 1,
                            w.createdAt(),
                            w.updatedAt()));
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
