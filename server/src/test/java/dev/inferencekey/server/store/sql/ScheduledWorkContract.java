package dev.inferencekey.server.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.inferencekey.server.manager.MutableTime;
import dev.inferencekey.server.ports.schedule.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Work in the background, on whatever store. Looks come fast, and the time is the test's. */
abstract class ScheduledWorkContract {
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final ScheduledWork.Pace FAST =
            new ScheduledWork.Pace(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(50));

    private final MutableTime clock = new MutableTime();
    private final List<AutoCloseable> open = new ArrayList<>();
    private SqlStore store;

    abstract SqlStore open();

    /** After the store was closed. */
    void giveBack() {}

    @BeforeEach
    final void openStore() {
        store = open();
    }

    @AfterEach
    final void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        store.close();
        giveBack();
    }

    private Schedule node(String name) {
        return node(name, new WatchedSource(store.scheduledWork()));
    }

    private Schedule node(String name, WatchedSource source) {
        Schedule schedule =
                new ScheduledWork(source, store.dialect().scheduledWork(), name, clock, new SplittableRandom(1), FAST);
        open.add(schedule);
        return schedule;
    }

    private static Schedule running(Schedule schedule, Schedule.Work work) {
        schedule.every("sum-up", INTERVAL, work);
        schedule.start();
        return schedule;
    }

    /** Lets more than one interval pass. */
    private void letPass() {
        clock.advance(INTERVAL.plus(INTERVAL.dividedBy(5)));
    }

    @Test
    final void oneNodeDoesTheWorkEachTimeItIsDueAndNotBefore() {
        AtomicInteger runs = new AtomicInteger();
        WatchedSource source = new WatchedSource(store.scheduledWork());
        running(node("one", source), _ -> runs.incrementAndGet());
        running(node("two"), _ -> runs.incrementAndGet());
        source.awaitLooks(5);
        assertThat(runs).hasValue(0);

        for (int due = 1; due <= 5; due++) {
            int expected = due;
            letPass();
            await().untilAsserted(() -> assertThat(runs).hasValue(expected));
            source.awaitLooks(5);
            assertThat(runs).hasValue(expected);
        }
    }

    @Test
    final void lookingWritesNothing() {
        WatchedSource source = new WatchedSource(store.scheduledWork());
        running(node("one", source), _ -> {});
        source.awaitLooks(3);
        int before = source.writes();

        source.awaitLooks(20);

        assertThat(source.writes()).isEqualTo(before);
    }

    @Test
    final void anotherNodeTakesOverTheWorkOfOneThatIsGone() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger takenOver = new AtomicInteger();
        WatchedSource source = new WatchedSource(store.scheduledWork());
        running(node("one", source), _ -> {
            begun.countDown();
            awaitUninterruptibly(end);
        });
        await().until(() -> source.looks() > 0);
        letPass();
        awaitUninterruptibly(begun);

        running(node("two"), _ -> takenOver.incrementAndGet());
        source.breakOff();
        await().untilAsserted(() -> {
            clock.advance(Duration.ofSeconds(1));
            assertThat(takenOver).hasPositiveValue();
        });
        end.countDown();
    }

    @Test
    final void workThatFailsIsTriedAgainAndKeepsNothingElseFromBeingDone() {
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        Schedule schedule = node("one");
        schedule.every("other", INTERVAL, _ -> others.incrementAndGet());
        running(schedule, _ -> {
            tries.incrementAndGet();
            throw new IllegalStateException("not today");
        });
        for (int round = 1; round <= 3; round++) {
            int expected = round;
            await().untilAsserted(() -> {
                letPass();
                assertThat(tries).hasValueGreaterThanOrEqualTo(expected);
                assertThat(others).hasValueGreaterThanOrEqualTo(expected);
            });
        }
    }

    @Test
    final void workThatHangsKeepsNothingElseFromBeingDone() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger others = new AtomicInteger();
        WatchedSource source = new WatchedSource(store.scheduledWork());
        Schedule schedule = node("one", source);
        for (String name : List.of("hangs", "hangs-too")) {
            AtomicBoolean hung = new AtomicBoolean();
            schedule.every(name, INTERVAL, _ -> {
                if (hung.compareAndSet(false, true)) {
                    awaitUninterruptibly(end);
                }
            });
        }
        running(schedule, _ -> others.incrementAndGet());
        await().until(() -> source.looks() > 0);
        for (int round = 1; round <= 3; round++) {
            int expected = round;
            letPass();
            await().untilAsserted(() -> assertThat(others).hasValueGreaterThanOrEqualTo(expected));
        }
        end.countDown();
    }

    @Test
    final void aStoreThatIsAwayIsAskedAgain() {
        AtomicInteger runs = new AtomicInteger();
        WatchedSource source = new WatchedSource(store.scheduledWork());
        List<ILoggingEvent> told = watchLog();
        source.breakOff();
        running(node("one", source), _ -> runs.incrementAndGet());
        await().until(() -> source.refusals() > 1);

        source.mend();
        await().untilAsserted(() -> assertThat(told).hasSize(2));
        source.breakOff();
        int refusals = source.refusals();
        await().until(() -> source.refusals() > refusals + 5);
        source.mend();
        letPass();

        await().untilAsserted(() -> assertThat(runs).hasValue(1));
        await().untilAsserted(() -> assertThat(told).hasSize(4));
        assertThat(told)
                .as("an outage is told once, and its end")
                .extracting(ILoggingEvent::getMessage)
                .containsExactly(
                        "scheduled work: the store can't be used; what is due is done later",
                        "scheduled work: the store is back",
                        "scheduled work: the store can't be used; what is due is done later",
                        "scheduled work: the store is back");
    }

    /** What is logged from now on. */
    private List<ILoggingEvent> watchLog() {
        Logger log = (Logger) LoggerFactory.getLogger(ScheduledWork.class);
        Level before = log.getLevel();
        log.setLevel(Level.INFO);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.list = new CopyOnWriteArrayList<>();
        appender.start();
        log.addAppender(appender);
        open.add(() -> {
            log.detachAppender(appender);
            log.setLevel(before);
        });
        return appender.list;
    }

    @Test
    final void workEndsWhenItsNodeStopsAndOthersGoOnWithIt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        AtomicInteger runs = new AtomicInteger();
        WatchedSource source = new WatchedSource(store.scheduledWork());
        Schedule stopping = running(node("one", source), stops -> {
            begun.countDown();
            while (!stops.getAsBoolean()) {
                Thread.onSpinWait();
            }
            ended.set(true);
        });
        await().until(() -> source.looks() > 0);
        letPass();
        awaitUninterruptibly(begun);

        stopping.close();

        assertThat(ended).isTrue();
        running(node("two"), _ -> runs.incrementAndGet());
        letPass();
        await().untilAsserted(() -> assertThat(runs).hasValue(1));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
