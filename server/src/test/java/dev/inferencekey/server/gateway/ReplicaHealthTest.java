package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A replica that fails is left alone for a while and then comes back slowly. */
@Tag("slow")
final class ReplicaHealthTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final EjectionPolicy POLICY =
            new EjectionPolicy(3, Duration.ofSeconds(4), Duration.ofSeconds(16), Duration.ofSeconds(10));

    private final ReplicaHealth health = new ReplicaHealth();

    private void fail(int times, long now) {
        for (int i = 0; i < times; i++) {
            health.failed(POLICY, now);
        }
    }

    @Test
    void onlyFailuresInARowEject() {
        for (int round = 0; round < 10; round++) {
            fail(2, 0);
            assertThat(health.weight(POLICY, 0)).isEqualTo(1);
            health.succeeded(POLICY, 0);
        }
        assertThat(health.failed(POLICY, 0)).isFalse();
        assertThat(health.failed(POLICY, 0)).isFalse();
        assertThat(health.failed(POLICY, 0)).isTrue();
        assertThat(health.weight(POLICY, 0)).isZero();
        assertThat(health.weight(POLICY, 4 * SECOND - 1)).isZero();
    }

    @Test
    void itComesBackSlowly() {
        fail(3, 0);
        long back = 4 * SECOND;
        assertThat(health.weight(POLICY, back)).isEqualTo(0.1);
        assertThat(health.weight(POLICY, back + 5 * SECOND)).isEqualTo(0.5);
        assertThat(health.weight(POLICY, back + 10 * SECOND)).isEqualTo(1);
    }

    @Test
    void oneFailureAfterTheReturnEjectsForTwiceAsLongUpToABound() {
        long now = 0;
        long[] lasts = {4, 8, 16, 16};
        fail(2, now);
        for (long seconds : lasts) {
            assertThat(health.failed(POLICY, now)).isTrue();
            assertThat(health.weight(POLICY, now + seconds * SECOND - 1)).isZero();
            now += seconds * SECOND;
            assertThat(health.weight(POLICY, now)).isPositive();
        }
    }

    @Test
    void answersDuringTheReturnDoNotHurryIt() {
        fail(3, 0);
        health.succeeded(POLICY, 5 * SECOND);
        assertThat(health.weight(POLICY, 5 * SECOND)).isEqualTo(0.1);
        health.succeeded(POLICY, 14 * SECOND);
        fail(2, 14 * SECOND);
        assertThat(health.weight(POLICY, 14 * SECOND)).as("all is forgotten").isEqualTo(1);
    }

    @Test
    void whatWasUnderWayWhenItWasEjectedDoesNotCountTwice() {
        fail(50, 0);
        assertThat(health.weight(POLICY, 4 * SECOND)).isPositive();
    }

    @Test
    void ejectionCanBeSwitchedOff() {
        EjectionPolicy off = new EjectionPolicy(0, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);
        for (int i = 0; i < 100; i++) {
            assertThat(health.failed(off, 0)).isFalse();
        }
        assertThat(health.weight(off, 0)).isEqualTo(1);
    }

    @Test
    void aPolicyThatMakesNoSenseIsRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new EjectionPolicy(-1, second, second, second))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EjectionPolicy(1, Duration.ZERO, second, second))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EjectionPolicy(1, second, Duration.ofMillis(1), second))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whateverHappensTheWeightIsAShareAndATimeWithoutFailuresHeals() {
        Random random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            ReplicaHealth tried = new ReplicaHealth();
            long now = random.nextLong();
            for (int step = 0; step < 50; step++) {
                now += random.nextLong(5 * SECOND);
                if (random.nextBoolean()) {
                    tried.failed(POLICY, now);
                } else {
                    tried.succeeded(POLICY, now);
                }
                assertThat(tried.weight(POLICY, now)).isBetween(0.0, 1.0);
            }
            assertThat(tried.weight(POLICY, now + 26 * SECOND)).isEqualTo(1);
        }
    }

    @Test
    void aReturningReplicaGetsLessAndAnEjectedOneNothingUnlessItIsTheLast() {
        Serving serving =
                Serving.of(new Backends.Ready(List.of(target("rep_good"), target("rep_bad"))), Serving.UNKNOWN);
        Replica good = serving.replicas().get(0);
        Replica bad = serving.replicas().get(1);
        for (int i = 0; i < 3; i++) {
            bad.health().failed(POLICY, 0);
        }
        for (int turn = 0; turn < 10; turn++) {
            assertThat(chosen(serving, List.of(), turn, 0)).isEqualTo(good);
        }
        assertThat(chosen(serving, List.of(good), 0, 0)).as("better than none").isEqualTo(bad);
        int toBad = 0;
        long returning = 4 * SECOND + SECOND;
        for (int turn = 0; turn < 110; turn++) {
            Replica next = chosen(serving, List.of(), turn, returning);
            next.requestStarted();
            toBad += next == bad ? 1 : 0;
        }
        assertThat(toBad).as("a tenth of the others' share").isBetween(8, 12);
    }

    private static Replica chosen(Serving serving, List<Replica> tried, int turn, long now) {
        return Objects.requireNonNull(serving.leastOutstanding(tried, turn, POLICY, now));
    }

    private static ReplicaTarget target(String id) {
        return new ReplicaTarget(id, URI.create("http://127.0.0.1:1"), "m", null);
    }

    @Test
    void aReplicaThatBreaksOffAnswersIsLeftAlone() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture();
                FakeModelServer good = FakeModelServer.answering("application/json", "{}");
                FakeModelServer broken = new FakeModelServer((_, exchange) -> exchange.close())) {
            gateway.serve("bot", broken, good);
            int failed = 0;
            for (int i = 0; i < 30; i++) {
                failed += gateway.chat(GatewayFixture.BODY).status() == 200 ? 0 : 1;
            }
            assertThat(failed).isEqualTo(EjectionPolicy.DEFAULT.failures());
            assertThat(broken.seen()).isEqualTo(EjectionPolicy.DEFAULT.failures());
        }
    }

    @Test
    void aReplicaThatSaysItIsUnavailableIsLeftAloneButOneThatRefusesARequestIsNot() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture();
                FakeModelServer good = FakeModelServer.answering("application/json", "{}");
                FakeModelServer other = new FakeModelServer(
                        (_, exchange) -> exchange.whole(503, "application/json", "{\"error\":\"loading\"}"))) {
            gateway.serve("bot", other, good);
            for (int i = 0; i < 30; i++) {
                gateway.chat(GatewayFixture.BODY);
            }
            assertThat(other.seen()).isEqualTo(EjectionPolicy.DEFAULT.failures());
        }
        try (GatewayFixture gateway = new GatewayFixture();
                FakeModelServer good = FakeModelServer.answering("application/json", "{}");
                FakeModelServer picky = new FakeModelServer(
                        (_, exchange) -> exchange.whole(400, "application/json", "{\"error\":\"no\"}"))) {
            gateway.serve("bot", picky, good);
            for (int i = 0; i < 30; i++) {
                gateway.chat(GatewayFixture.BODY);
            }
            assertThat(picky.seen()).as("each event loop takes turns").isBetween(12, 18);
        }
    }
}
