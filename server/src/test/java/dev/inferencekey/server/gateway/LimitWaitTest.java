package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.Shortage;
import dev.inferencekey.server.domain.limit.SliceAsk;
import dev.inferencekey.server.domain.limit.SliceReply;
import dev.inferencekey.server.domain.limit.SliceTerms;
import dev.inferencekey.server.ports.limit.LimitSlices;
import dev.inferencekey.server.ports.limit.SlicedLimit;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node that has only slices of its limits, over real sockets. */
@Tag("slow")
final class LimitWaitTest {
    private final Slices slices = new Slices();
    private final GatewayFixture gateway = GatewayFixture.sharing(slices);
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");

    LimitWaitTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    /** Gives what the test says, when the test says so. */
    private static final class Slices implements LimitSlices {
        volatile SliceTerms terms = new SliceTerms(SliceTerms.Reach.IN_TOUCH, 3, 0);
        final BlockingQueue<SlicedLimit> needed = new LinkedBlockingQueue<>();

        @Override
        public SliceTerms terms() {
            return terms;
        }

        @Override
        public void needed(SlicedLimit limit) {
            needed.add(limit);
        }

        /** Answers whoever asks next: this much of everything, the others have that much idle. */
        void give(long held, long othersIdle) throws InterruptedException {
            SlicedLimit limit = Objects.requireNonNull(needed.poll(10, TimeUnit.SECONDS));
            LimitCounts.Asked asked = limit.ask(System.nanoTime(), Map.of());
            Map<Shortage.Kind, SliceReply> replies = new HashMap<>();
            asked.asks()
                    .forEach((kind, ask) -> replies.put(kind, new SliceReply(held, held, 0, othersIdle, 20_000_000)));
            limit.replied(System.nanoTime(), asked, new SharedLimit.Reply(replies));
        }

        SliceAsk asks(Shortage.Kind kind) throws InterruptedException {
            SlicedLimit limit = Objects.requireNonNull(needed.poll(10, TimeUnit.SECONDS));
            SliceAsk ask = Objects.requireNonNull(
                    limit.ask(System.nanoTime(), Map.of()).asks().get(kind));
            needed.add(limit);
            return ask;
        }

        void waitUntilSomebodyWaits() throws InterruptedException {
            SlicedLimit limit;
            do {
                limit = Objects.requireNonNull(needed.poll(10, TimeUnit.SECONDS));
            } while (!limit.waitedFor());
            needed.clear();
            needed.add(limit);
        }
    }

    private RawClient client() throws IOException {
        return new RawClient(gateway.server.port());
    }

    @Test
    void aRequestWaitsForItsSliceAndIsThenServed() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", new Limits(100, null, null));
        try (RawClient client = client()) {
            client.post(CHAT, key.reveal(), BODY);
            slices.waitUntilSomebodyWaits();
            assertThat(model.seen()).isZero();
            slices.give(10, 0);
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-ratelimit-limit-requests")).isEqualTo("100");
        }
        assertThat(gateway.post(CHAT, key.reveal(), BODY).status()).isEqualTo(200);
    }

    @Test
    void whereTheOthersHaveWhatIsMissingItIsWaitedForAndNotForLong() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", new Limits(100, null, null));
        try (RawClient client = client()) {
            client.post(CHAT, key.reveal(), BODY);
            slices.waitUntilSomebodyWaits();
            slices.give(0, 50);
            assertThat(slices.asks(Shortage.Kind.REQUESTS).needs()).isPositive();
            RawClient.Answer refused = client.answer();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("x-ratelimit-limit-requests")).isEqualTo("100");
        }
        assertThat(model.seen()).isZero();
    }

    @Test
    void whereTheOthersHaveNothingItIsRefusedAndToldWhenToComeBack() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", new Limits(100, null, null));
        try (RawClient client = client()) {
            client.post(CHAT, key.reveal(), BODY);
            slices.waitUntilSomebodyWaits();
            slices.give(0, 0);
            RawClient.Answer refused = client.answer();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(18, 20);
        }
    }

    @Test
    void whoLeavesWhileItWaitsHasTakenNothing() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", new Limits(null, null, 1));
        try (RawClient client = client()) {
            client.post(CHAT, key.reveal(), BODY);
            slices.waitUntilSomebodyWaits();
        }
        assertThat(gateway.record().cancelled()).isTrue();
        slices.give(1, 0);
        assertThat(gateway.post(CHAT, key.reveal(), BODY).status()).isEqualTo(200);
    }

    @Test
    void aNodeThatIsCutOffAdmitsItsPartAndNoMore() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", new Limits(7, null, null));
        slices.terms = new SliceTerms(SliceTerms.Reach.CUT_OFF, 3, 0);
        assertThat(gateway.post(CHAT, key.reveal(), BODY).status()).isEqualTo(200);
        assertThat(gateway.post(CHAT, key.reveal(), BODY).status()).isEqualTo(200);
        assertThat(gateway.post(CHAT, key.reveal(), BODY).status()).isEqualTo(429);
    }

    @Test
    void aSliceOfBeforeTheNodeWasLostIsGone() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", new Limits(100, null, null));
        try (RawClient client = client()) {
            client.post(CHAT, key.reveal(), BODY);
            slices.waitUntilSomebodyWaits();
            slices.give(50, 0);
            assertThat(client.answer().status()).isEqualTo(200);
            slices.terms = new SliceTerms(SliceTerms.Reach.IN_TOUCH, 3, 1);
            client.post(CHAT, key.reveal(), BODY);
            slices.waitUntilSomebodyWaits();
            slices.give(0, 0);
            assertThat(client.answer().status()).isEqualTo(429);
        }
    }

    @Test
    void theEndOfALongBodyWaitsForItsTokens() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", new Limits(null, 1_000_000, null));
        String body =
                "{\"model\":\"bot\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "long ".repeat(60_000) + "\"}]}";
        try (RawClient client = client()) {
            client.post(CHAT, key.reveal(), body);
            slices.waitUntilSomebodyWaits();
            slices.give(30_000, 900_000);
            slices.waitUntilSomebodyWaits();
            assertThat(slices.asks(Shortage.Kind.TOKENS).needs()).isGreaterThan(75_000);
            slices.give(500_000, 0);
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }
}
