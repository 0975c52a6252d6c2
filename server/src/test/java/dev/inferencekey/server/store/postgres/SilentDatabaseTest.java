package dev.inferencekey.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.StoreData;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What callers and a node's lease notice of a database that answers late or not at all. */
@Tag("slow")
@Timeout(60)
final class SilentDatabaseTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final PostgresForTests.Database database = PostgresForTests.database();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        threads.close();
        database.close();
    }

    private static String name(StoreSession session) {
        return session.projects().find(StoreData.ACME.id()).orElseThrow().name();
    }

    /** How it failed, and after how long. */
    private record Failure(StoreUnavailableException reason, Duration after) {
        static Failure of(Callable<?> call) throws Exception {
            long begun = System.nanoTime();
            try {
                call.call();
                throw new AssertionError("it was answered");
            } catch (StoreUnavailableException e) {
                return new Failure(e, Duration.ofNanos(System.nanoTime() - begun));
            }
        }
    }

    @Test
    void aCallerIsAnsweredWithinSecondsWhereTheNetworkSwallowsEverything() throws Exception {
        try (SilentNetwork network = SilentNetwork.to(database);
                Store store = PostgresStore.open(PostgresAddress.parse(database.urlAt(network.port())))) {
            StoreData.fill(store);
            CyclicBarrier inTheMiddle = new CyclicBarrier(6);
            List<Future<Failure>> underWay = List.of(
                    threads.submit(() -> Failure.of(() -> store.<String>read(s -> twice(s, inTheMiddle)))),
                    threads.submit(() -> Failure.of(() -> store.<String>write(s -> twice(s, inTheMiddle)))),
                    threads.submit(() -> Failure.of(() -> store.<String>append(s -> twice(s, inTheMiddle)))));
            List<Future<Failure>> forALease = List.of(
                    threads.submit(() -> Failure.of(() -> store.reserved().<String>read(s -> twice(s, inTheMiddle)))),
                    threads.submit(() ->
                            Failure.of(() -> store.reserved().<String>append(s -> twice(s, inTheMiddle)))));
            inTheMiddle.await();
            network.fallSilent();
            inTheMiddle.await();

            Failure late = Failure.of(() -> store.<String>read(SilentDatabaseTest::name));

            assertThat(late.after()).isLessThan(BOUND);
            for (Future<Failure> each : underWay) {
                assertThat(each.get().after()).isLessThan(BOUND);
                assertThat(each.get().reason())
                        .hasMessageContaining("can't be reached")
                        .hasMessageContaining("again");
            }
            for (Future<Failure> each : forALease) {
                assertThat(each.get().after()).isLessThan(LEASE.dividedBy(2));
            }
            network.recover();
            assertThat(store.<String>read(SilentDatabaseTest::name)).isEqualTo(StoreData.ACME.name());
        }
    }

    private static String twice(StoreSession session, CyclicBarrier inTheMiddle) {
        name(session);
        meet(inTheMiddle);
        meet(inTheMiddle);
        return name(session);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not only after a pause that has grown with each attempt. */
    @Test
    void aLeaseCanBeRenewedAsSoonAsADatabaseThatWasAwayIsBack() throws Exception {
        try (SilentNetwork network = SilentNetwork.to(database);
                Store store = PostgresStore.open(PostgresAddress.parse(database.urlAt(network.port())))) {
            StoreData.fill(store);
            store.reserved().<String>append(SilentDatabaseTest::name);
            network.fallSilent();
            Failure.of(() -> store.reserved().<String>append(SilentDatabaseTest::name));
            Failure.of(() -> store.reserved().<String>append(SilentDatabaseTest::name));
            network.recover();

            assertThat(store.reserved().<String>append(SilentDatabaseTest::name))
                    .isEqualTo(StoreData.ACME.name());
        }
    }

    @Test
    void aReportThatTakesTooLongIsEndedAndItsCallerToldToAskForLess() throws Exception {
        try (Store store = database.open();
                Connection other = database.connect();
                Statement statement = other.createStatement()) {
            StoreData.fill(store);
            other.setAutoCommit(false);
            statement.execute("lock table projects in access exclusive mode");

            Failure report = Failure.of(() -> store.<String>read(SilentDatabaseTest::name));

            assertThat(report.after()).isLessThan(BOUND);
            assertThat(report.reason())
                    .hasMessageContaining("no answer within 6 s")
                    .hasMessageContaining("ask for less");
            other.rollback();
            assertThat(store.<String>read(SilentDatabaseTest::name)).isEqualTo(StoreData.ACME.name());
        }
    }

    /** Whatever takes part in the lease has connections that these can't have. */
    @Test
    void aNodesLeaseDoesNotWaitForReportsChangesOrImports() throws Exception {
        int most = 12;
        try (Store store = database.open()) {
            StoreData.fill(store);
            CountDownLatch held = new CountDownLatch(11);
            CountDownLatch goOn = new CountDownLatch(1);
            for (int i = 0; i < most; i++) {
                threads.execute(() -> hold(() -> store.<String>read(s -> busy(s, held, goOn))));
                threads.execute(() -> hold(() -> store.<String>write(s -> busy(s, held, goOn))));
                threads.execute(() -> hold(() -> store.patient().<String>append(s -> busy(s, held, goOn))));
            }
            held.await();

            String read = store.reserved().<String>read(SilentDatabaseTest::name);
            String appended = store.reserved().<String>append(SilentDatabaseTest::name);

            assertThat(List.of(read, appended)).containsOnly(StoreData.ACME.name());
            assertThatThrownBy(() -> store.<String>read(SilentDatabaseTest::name))
                    .as("all others are taken")
                    .isInstanceOf(StoreUnavailableException.class);
            goOn.countDown();
        }
    }

    private static void hold(Callable<?> call) {
        try {
            call.call();
        } catch (Exception e) {
            // One that found none free.
        }
    }

    private static String busy(StoreSession session, CountDownLatch held, CountDownLatch goOn) {
        String name = name(session);
        held.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return name;
    }
}
