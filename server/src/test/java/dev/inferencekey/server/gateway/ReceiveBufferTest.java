package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All sockets of an event loop are read into one buffer, and no caller gets what belongs to another. */
@Tag("slow")
final class ReceiveBufferTest {
    private static final Pattern WANTED = Pattern.compile("\"seed\":(\\d+),\"bytes\":(\\d+)");

    static Stream<Transport> transports() {
        return Stream.of(Transport.NIO, Transport.EPOLL).filter(it -> it != Transport.EPOLL || Epoll.isAvailable());
    }

    /** A request for a text that nobody else gets. */
    private static String body(int seed, int bytes) {
        return "{\"model\":\"bot\",\"seed\":" + seed + ",\"bytes\":" + bytes + "}";
    }

    private static String text(int seed, int bytes) {
        byte[] letters = new byte[bytes];
        Random random = new Random(seed);
        for (int i = 0; i < bytes; i++) {
            letters[i] = (byte) ('a' + random.nextInt(26));
        }
        return "{\"text\":\"" + new String(letters, UTF_8) + "\"}";
    }

    private static FakeModelServer model() {
        return new FakeModelServer((request, exchange) -> {
            Matcher wanted = WANTED.matcher(request.text());
            if (wanted.find()) {
                int bytes = Integer.parseInt(wanted.group(2));
                exchange.whole(200, "application/json", text(Integer.parseInt(wanted.group(1)), bytes));
            } else {
                exchange.whole(400, "application/json", "{}");
            }
        });
    }

    private static void refuseMixUps(Transport transport, Scenario scenario) throws IOException {
        try (GatewayFixture gateway = new GatewayFixture(GatewayConfig.builder().transport(transport), null);
                FakeModelServer model = model()) {
            gateway.serve("bot", model);
            scenario.play(gateway);
        }
    }

    private interface Scenario {
        void play(GatewayFixture gateway) throws IOException;
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whoReadsSlowlyGetsItsOwnAnswerHoweverManyAreServedMeanwhile(Transport transport) throws IOException {
        int large = 12_000_000; // More than the sockets on the way hold.
        refuseMixUps(transport, gateway -> {
            List<RawClient> slow = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                RawClient client = new RawClient(gateway.server.port(), 4096);
                slow.add(client.post(CHAT, gateway.key.reveal(), body(i, large)));
            }
            try (RawClient one = gateway.client();
                    RawClient other = gateway.client()) {
                for (int i = 0; i < 200; i++) {
                    int bytes = i % 2 == 0 ? 300 : 20_000;
                    for (RawClient quick : List.of(one, other)) {
                        quick.post(CHAT, gateway.key.reveal(), body(100 + i, bytes));
                        assertThat(quick.answer().body()).isEqualTo(text(100 + i, bytes));
                    }
                }
            }
            for (int i = 0; i < slow.size(); i++) {
                assertThat(slow.get(i).answer().body().equals(text(i, large))).isTrue();
                slow.get(i).close();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("transports")
    void requestsThatComeInPiecesAreNeverMixed(Transport transport) throws IOException {
        Random random = new Random(7);
        refuseMixUps(transport, gateway -> {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                clients.add(gateway.client());
            }
            for (int round = 0; round < 4; round++) {
                sendInPieces(clients, round * 100, gateway.key.reveal(), random);
                for (int i = 0; i < clients.size(); i++) {
                    int seed = round * 100 + i;
                    assertThat(clients.get(i).answer().body()).isEqualTo(text(seed, 500 + i));
                    // The second of each client's two requests may have come with the end of the first.
                    assertThat(clients.get(i).answer().body()).isEqualTo(text(seed + 50, 500 + i));
                }
            }
            for (RawClient client : clients) {
                client.close();
            }
        });
    }

    /** Two requests of each client, a few bytes of one or the other at a time. */
    private static void sendInPieces(List<RawClient> clients, int seed, String key, Random random) throws IOException {
        List<ByteBuffer> left = new ArrayList<>();
        for (int i = 0; i < clients.size(); i++) {
            left.add(ByteBuffer.wrap(
                    (request(key, body(seed + i, 500 + i)) + request(key, body(seed + 50 + i, 500 + i)))
                            .getBytes(UTF_8)));
        }
        while (left.stream().anyMatch(ByteBuffer::hasRemaining)) {
            int client = random.nextInt(clients.size());
            byte[] piece = new byte[Math.min(left.get(client).remaining(), 1 + random.nextInt(80))];
            left.get(client).get(piece);
            clients.get(client).send(piece);
        }
    }

    private static String request(String key, String body) {
        return RawClient.postHead(CHAT, key, "Content-Length: " + body.length()) + body;
    }

    @Test
    void whoIsDoneLeavesItToTheNextAndWhoIsNotKeepsIt() {
        UnpooledByteBufAllocator alloc = UnpooledByteBufAllocator.DEFAULT;
        ReceiveBuffer receive = new ReceiveBuffer();
        ByteBuf first = receive.take(alloc);
        first.writeByte(1).release();
        ByteBuf second = receive.take(alloc);
        assertThat(second).isSameAs(first);
        assertThat(second.isReadable()).isFalse();
        ByteBuf third = receive.take(alloc);
        assertThat(third).isNotSameAs(second);
        third.release();
        receive.release();
        assertThat(third.refCnt()).isZero();
        assertThat(second.refCnt()).isEqualTo(1);
        second.release();
    }

    @Test
    void aFewBytesThatWaitDoNotHoldTheWhole() {
        UnpooledByteBufAllocator alloc = UnpooledByteBufAllocator.DEFAULT;
        ReceiveBuffer receive = new ReceiveBuffer();
        ByteBuf read = receive.take(alloc);
        read.writeBytes("past GET /".getBytes(UTF_8)).skipBytes(5);
        ByteBuf kept = receive.toKeep(read);
        assertThat(kept.toString(UTF_8)).isEqualTo("GET /");
        assertThat(kept.capacity()).isLessThan(100);
        assertThat(receive.toKeep(kept)).isSameAs(kept);
        assertThat(receive.take(alloc)).isSameAs(read);
        read.release();
        receive.release();
        assertThat(read.refCnt()).isZero();
        kept.release();
    }
}
