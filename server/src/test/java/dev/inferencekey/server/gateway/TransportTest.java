package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The gateway over each way of talking to sockets that this machine has. */
@Tag("slow")
final class TransportTest {
    private static Set<Transport> usable() {
        Set<Transport> usable = EnumSet.of(Transport.AUTO, Transport.NIO);
        if (Epoll.isAvailable()) {
            usable.add(Transport.EPOLL);
        }
        if (IoUring.isAvailable()) {
            usable.add(Transport.IO_URING);
        }
        return usable;
    }

    @Test
    void whatCanNotBeUsedHereIsRefusedWithASentence() {
        for (Transport transport : Transport.values()) {
            if (usable().contains(transport)) {
                assertThat(transport.resolved()).isNotEqualTo(Transport.AUTO);
            } else {
                assertThatThrownBy(transport::resolved).isInstanceOf(GatewayStartException.class);
            }
        }
        assertThatThrownBy(() -> Transport.IO_URING.available(false, null))
                .isInstanceOf(GatewayStartException.class)
                .hasMessageContaining("io_uring")
                .hasMessageContaining("auto");
    }

    @Test
    void eachServesLargeBodiesStreamsAndCancels() throws Exception {
        for (Transport transport : usable()) {
            CountDownLatch cancelled = new CountDownLatch(1);
            try (GatewayFixture gateway =
                            new GatewayFixture(GatewayConfig.builder().transport(transport), null);
                    FakeModelServer model = FakeModelServer.answering("application/json", "{}")) {
                gateway.serve("bot", model);
                String large = "{\"model\":\"served-model\",\"a\":\"" + "x".repeat(1_000_000) + "\"}";
                assertThat(gateway.chat(large).status()).as(transport.wire()).isEqualTo(200);
                assertThat(model.next().text().stripTrailing()).isEqualTo(large);
                model.script((_, exchange) -> {
                    exchange.startStream();
                    exchange.chunk("data: {}\n\n");
                    if (exchange.waitForClose()) {
                        cancelled.countDown();
                    }
                });
                leaveAfterTheFirstChunk(gateway);
                assertThat(cancelled.await(10, TimeUnit.SECONDS))
                        .as(transport.wire())
                        .isTrue();
            }
        }
    }

    private static void leaveAfterTheFirstChunk(GatewayFixture gateway) throws IOException {
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            client.head();
            assertThat(client.chunk()).isEqualTo("data: {}\n\n");
        }
    }
}
