package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class AcceptAfterEventsTest {
    private static final String MODELS = "/endpoint/acme/bot/v1/models";
    private static final String STREAM = "{\"model\":\"bot\",\"stream\":true,\"messages\":[]}";
    /** More than the files that anything here may have closed meanwhile. */
    private static final int FILLERS = 64;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch sent = new CountDownLatch(1);

    /**
     * While a loop is held up, three things happen to it: a chunk comes for a caller, another caller asks, and the first one leaves. The
     * chunk can't be written, so that the first caller's connection is closed; the request opens one to a model server, which gets the
     * number that is free now; and then the loop reads that the socket of this number is broken.
     */
    @Test
    void aCallerWhoLeavesTakesNobodysConnectionAlong() throws Exception {
        List<ServerSocket> fillers = new ArrayList<>();
        try (FakeModelServer model = new FakeModelServer(this::answer);
                GatewayFixture gateway = new GatewayFixture().serve("bot", model);
                RawClient leaver = known(gateway);
                RawClient ofTheOtherLoop = known(gateway);
                RawClient asker = known(gateway);
                RawClient alsoOfTheOther = known(gateway);
                RawClient holder = known(gateway)) {
            leaver.post(CHAT, gateway.key.reveal(), STREAM);
            assertThat(leaver.head().status()).isEqualTo(200);
            leaver.chunk();

            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            gateway.atNextId.set(() -> {
                held.countDown();
                await(release);
            });
            holder.get(MODELS, gateway.key.reveal());
            await(held);
            goOn.countDown();
            await(sent);
            asker.post(CHAT, gateway.key.reveal(), BODY);
            leaver.reset();
            // So that the next number that becomes free is the one of the leaver's connection inside the gateway.
            for (int i = 0; i < FILLERS; i++) {
                fillers.add(new ServerSocket(0));
            }
            release.countDown();

            assertThat(holder.answer().status()).isEqualTo(200);
            assertThat(asker.answer().status()).isEqualTo(200);
            assertThat(ofTheOtherLoop.get(MODELS, gateway.key.reveal()).answer().status())
                    .isEqualTo(200);
            assertThat(alsoOfTheOther.get(MODELS, gateway.key.reveal()).answer().status())
                    .isEqualTo(200);
        } finally {
            for (ServerSocket filler : fillers) {
                filler.close();
            }
        }
    }

    /** A connection that its loop has taken in. They go to the two loops in turn. */
    private static RawClient known(GatewayFixture gateway) throws IOException {
        RawClient client = gateway.client();
        assertThat(client.get(MODELS, gateway.key.reveal()).answer().status()).isEqualTo(200);
        return client;
    }

    private void answer(FakeModelServer.Request request, FakeModelServer.Exchange exchange) throws IOException {
        if (!request.text().contains("\"stream\":true")) {
            exchange.whole(200, "application/json", "{}");
            return;
        }
        exchange.startStream();
        exchange.chunk("data: {\"choices\":[]}\n\n");
        await(goOn);
        exchange.chunk("data: {\"choices\":[]}\n\n");
        sent.countDown();
        exchange.waitForClose();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
