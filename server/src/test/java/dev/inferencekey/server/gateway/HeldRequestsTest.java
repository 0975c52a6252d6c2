package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.ports.access.Backends;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who may wait for a replica, and in which order those who wait are let go. */
@Tag("slow")
final class HeldRequestsTest {
    private final List<String> displaced = new ArrayList<>();

    private HeldRequests.Place place(String key) {
        return new HeldRequests.Place(key, () -> {}, () -> displaced.add(key));
    }

    @Test
    void aKeyThatHoldsNothingGetsAPlaceOfTheKeyThatHoldsTheMost() {
        HeldRequests held = new HeldRequests(4);
        for (int i = 0; i < 4; i++) {
            assertThat(held.enter(place("flood"))).isTrue();
        }
        assertThat(held.enter(place("flood"))).isFalse();
        assertThat(held.enter(place("quiet"))).isTrue();
        assertThat(held.enter(place("quiet"))).isTrue();
        assertThat(held.enter(place("quiet")))
                .as("half of the places is a fair share")
                .isFalse();
        assertThat(displaced).containsExactly("flood", "flood");
        assertThat(held.enter(place("third"))).isTrue();
        assertThat(held.count()).isEqualTo(4);
    }

    @Test
    void thePlaceThatWasTakenLastIsGivenAwayAndGivingItBackTwiceChangesNothing() {
        HeldRequests held = new HeldRequests(2);
        HeldRequests.Place first = place("a");
        HeldRequests.Place second = place("a");
        held.enter(first);
        held.enter(second);
        held.enter(place("b"));
        held.leave(second);
        held.leave(second);
        assertThat(held.count()).isEqualTo(2);
        held.leave(first);
        assertThat(held.count()).isEqualTo(1);
    }

    @Test
    void thoseWhoWaitAreLetGoInTurns() {
        HeldRequests held = new HeldRequests(100);
        List<HeldRequests.Place> places = new ArrayList<>();
        Map<HeldRequests.Place, String> names = new HashMap<>();
        for (String name : List.of("a1", "a2", "a3", "b1", "c1", "b2")) {
            HeldRequests.Place place = place(name.substring(0, 1));
            held.enter(place);
            places.add(place);
            names.put(place, name);
        }
        Collections.shuffle(places, new Random(1));
        assertThat(HeldRequests.inTurns(places).stream().map(names::get))
                .containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
    }

    @Test
    void underAnyLoadTheBoundHoldsAndNoKeyIsTwoAheadOfOneThatWasRefused() {
        Random random = new Random(11);
        for (int round = 0; round < 500; round++) {
            int most = 1 + random.nextInt(12);
            HeldRequests held = new HeldRequests(most);
            Map<String, Integer> counts = new HashMap<>();
            List<HeldRequests.Place> present = new ArrayList<>();
            for (int step = 0; step < 200; step++) {
                if (random.nextInt(3) > 0) {
                    String key = "k" + random.nextInt(4);
                    HeldRequests.Place[] mine = new HeldRequests.Place[1];
                    mine[0] = new HeldRequests.Place(key, () -> {}, () -> {
                        counts.merge(key, -1, Integer::sum);
                        present.remove(mine[0]);
                    });
                    int before = counts.getOrDefault(key, 0);
                    if (held.enter(mine[0])) {
                        counts.merge(key, 1, Integer::sum);
                        present.add(mine[0]);
                    } else {
                        assertThat(held.count()).isEqualTo(most);
                        assertThat(counts.values()).allMatch(count -> count <= before + 1);
                    }
                } else if (!present.isEmpty()) {
                    HeldRequests.Place leaving = present.remove(random.nextInt(present.size()));
                    held.leave(leaving);
                    counts.merge(leaving.keyId(), -1, Integer::sum);
                }
                assertThat(held.count()).isLessThanOrEqualTo(most).isEqualTo(present.size());
            }
        }
    }

    @Test
    void manyThreadsNeverHoldMoreThanTheBoundAndLeaveNothingBehind() throws InterruptedException {
        HeldRequests held = new HeldRequests(50);
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(8);
        for (int t = 0; t < 8; t++) {
            int thread = t;
            Thread.ofPlatform().name("holder-" + t).start(() -> {
                Random random = new Random(thread);
                for (int i = 0; i < 20_000; i++) {
                    HeldRequests.Place place = new HeldRequests.Place("k" + random.nextInt(20), () -> {}, () -> {});
                    if (held.enter(place)) {
                        most.accumulateAndGet(held.count(), Math::max);
                        held.leave(place);
                    }
                }
                done.countDown();
            });
        }
        done.await();
        assertThat(most.get()).isBetween(1, 50);
        assertThat(held.count()).isZero();
    }

    @Test
    void aFloodOfOneKeyDoesNotKeepAnotherKeyFromWaiting() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture(GatewayConfig.builder().maxHeldRequests(2), null);
                FakeModelServer model = FakeModelServer.answering("application/json", "{}");
                RawClient first = gateway.client();
                RawClient second = gateway.client();
                RawClient other = gateway.client()) {
            gateway.table.setBackends("wl_bot", new Backends.Starting());
            LiveKey quiet = gateway.mintFor("bot");
            first.post(CHAT, gateway.key.reveal(), BODY);
            GatewayFixture.poll(gateway.demands);
            second.post(CHAT, gateway.key.reveal(), BODY);
            GatewayFixture.poll(gateway.demands);
            other.post(CHAT, quiet.reveal(), BODY);
            RawClient.Answer refused = second.answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("workload_not_ready");
            gateway.serve("bot", model);
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(other.answer().status()).isEqualTo(200);
        }
    }
}
