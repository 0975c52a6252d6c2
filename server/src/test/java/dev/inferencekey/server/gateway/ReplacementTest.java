package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Processes are replaced behind a load balancer while requests come. */
@Tag("slow")
final class ReplacementTest {
    private static final Duration DRAIN = Duration.ofMillis(400);

    /** A node as a load balancer sees it. */
    private static final class Node {
        final GatewayFixture gateway =
                new GatewayFixture(GatewayConfig.builder().drainTime(DRAIN), null);
        final AtomicBoolean ready = new AtomicBoolean(true);

        Node(FakeModelServer model) {
            gateway.serve("bot", model);
        }

        /** As the platform stops: not ready first, then draining, then closing. */
        void stop() {
            ready.set(false);
            gateway.close();
        }
    }

    /** Keeps connections to nodes that are ready, and repeats nothing. */
    private static final class Balancer {
        private final List<Node> nodes = new ArrayList<>();
        private int turn;

        synchronized void add(Node node) {
            nodes.add(node);
        }

        synchronized void remove(Node node) {
            nodes.remove(node);
        }

        synchronized Node next() {
            List<Node> ready = nodes.stream().filter(node -> node.ready.get()).toList();
            return ready.get(turn++ % ready.size());
        }
    }

    @Test
    void noRequestFailsWhileProcessesAreReplaced() throws Exception {
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{}")) {
            Balancer balancer = new Balancer();
            List<Node> all = new ArrayList<>(List.of(new Node(model), new Node(model)));
            all.forEach(balancer::add);
            Queue<String> failures = new ConcurrentLinkedQueue<>();
            AtomicInteger answered = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean();
            CountDownLatch done = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                Thread.ofVirtual().name("balancer-" + i).start(() -> {
                    try {
                        while (!over.get()) {
                            useOneConnection(balancer.next(), answered, over);
                        }
                    } catch (IOException | RuntimeException | AssertionError e) {
                        failures.add(e.toString());
                    } finally {
                        done.countDown();
                    }
                });
            }
            for (int round = 0; round < 3; round++) {
                int before = answered.get();
                Awaitility.await().until(() -> answered.get() > before + 200 || !failures.isEmpty());
                Node old = all.removeFirst();
                Node fresh = new Node(model);
                all.add(fresh);
                balancer.add(fresh);
                old.stop();
                balancer.remove(old);
            }
            over.set(true);
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failures).isEmpty();
            assertThat(answered.get()).isGreaterThan(600);
            all.forEach(Node::stop);
        }
    }

    @Test
    void aNodeThatSendsItsCallersElsewhereAnswersEachOnceAndTakesThemAgainAfterwards() throws IOException {
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{}");
                GatewayFixture gateway = new GatewayFixture()) {
            gateway.serve("bot", model);
            try (RawClient idle = gateway.client()) {
                idle.post(CHAT, gateway.key.reveal(), BODY);
                assertThat(idle.answer().header("connection")).isEmpty();

                gateway.server.sendElsewhere(true);

                // A request may have been on its way when it was told, so the connection is still there.
                idle.post(CHAT, gateway.key.reveal(), BODY);
                RawClient.Answer last = idle.answer();
                assertThat(last.status()).isEqualTo(200);
                assertThat(last.header("connection")).isEqualTo("close");
                assertThat(idle.closedByPeer()).isTrue();
            }
            try (RawClient late = gateway.client()) {
                late.post(CHAT, gateway.key.reveal(), BODY);
                assertThat(late.answer().status()).isEqualTo(200);
                assertThat(late.closedByPeer()).isTrue();
            }

            gateway.server.sendElsewhere(false);

            try (RawClient again = gateway.client()) {
                again.post(CHAT, gateway.key.reveal(), BODY);
                assertThat(again.answer().header("connection")).isEmpty();
            }
        }
    }

    /** Sends requests over one connection until the node says that an answer was the last, or is not ready any more. */
    private static void useOneConnection(Node node, AtomicInteger answered, AtomicBoolean over) throws IOException {
        try (RawClient client = node.gateway.client()) {
            boolean last = false;
            while (!last && !over.get() && node.ready.get()) {
                client.post(CHAT, node.gateway.key.reveal(), BODY);
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(200);
                answered.incrementAndGet();
                last = answer.header("connection").equals("close");
            }
        }
    }

    @Test
    void whileDrainingEachAnswerIsTheLastOnItsConnectionAndNewConnectionsAreStillServed() throws Exception {
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{}");
                GatewayFixture gateway =
                        new GatewayFixture(GatewayConfig.builder().drainTime(Duration.ofSeconds(3)), null);
                RawClient kept = gateway.client()) {
            gateway.serve("bot", model);
            kept.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(kept.answer().header("connection")).isEmpty();
            Thread closing = Thread.ofVirtual().start(gateway.server::close);
            Awaitility.await().until(() -> {
                try (RawClient fresh = gateway.client()) {
                    fresh.post(CHAT, gateway.key.reveal(), BODY);
                    RawClient.Answer answer = fresh.answer();
                    return answer.status() == 200 && answer.header("connection").equals("close");
                }
            });
            kept.post(CHAT, gateway.key.reveal(), BODY);
            RawClient.Answer last = kept.answer();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.header("connection")).isEqualTo("close");
            closing.join();
        }
    }
}
