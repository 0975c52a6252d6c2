package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rarer parts of HTTP/1.1 messages, and what becomes of the connections that carried them. */
@Tag("slow")
final class MessageFramingTest {
    private static final String MODELS = "/endpoint/acme/bot/v1/models";

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");

    MessageFramingTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    private void requireServed(RawClient client) throws IOException {
        model.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
        RawClient.Answer next = client.post(CHAT, gateway.key.reveal(), BODY).answer();
        assertThat(next.status()).isEqualTo(200);
        assertThat(next.body()).isEqualTo("{}");
    }

    @Test
    void trailersOfARequestAreReadOverAndNotPassedOn() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, gateway.key.reveal(), "Transfer-Encoding: chunked", "Trailer: X-Sum")
                    + String.join("\r\n", "2", "{}", "0", "X-Sum: 1", "Authorization: Bearer other", "", ""));
            assertThat(client.answer().status()).isEqualTo(200);
            FakeModelServer.Request request = model.next();
            assertThat(request.text()).isEqualTo("{\"model\":\"served-model\"}");
            assertThat(request.headers()).containsEntry("content-length", "24").doesNotContainKeys("trailer", "x-sum");
            requireServed(client);
        }
    }

    @Test
    void trailersOfAnAnswerEndItAndAreNotPassedOn() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            exchange.chunk("{}");
            exchange.raw("0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\n\r\n");
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(client.head().status()).isEqualTo(200);
            assertThat(client.chunk()).isEqualTo("{}");
            assertThat(client.chunk()).isEmpty();
            requireServed(client);
        }
        assertThat(model.connections()).isEqualTo(1);
    }

    @Test
    void informationalAnswersOfAModelServerAreReadOver() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 100 Continue\r\n\r\n");
            exchange.raw("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
            exchange.whole(200, "application/json", "{\"a\":1}");
        });
        try (RawClient client = gateway.client()) {
            RawClient.Answer answer =
                    client.post(CHAT, gateway.key.reveal(), BODY).answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"a\":1}");
            assertThat(answer.headers()).doesNotContainKey("link");
            requireServed(client);
        }
        assertThat(model.connections()).isEqualTo(1);
    }

    @Test
    void aModelServerThatSwitchesProtocolsIsAnError() throws IOException {
        model.script((_, exchange) ->
                exchange.raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
        assertThat(gateway.chat(BODY).status()).isEqualTo(502);
    }

    @Test
    void headTellsTheLengthAndHasNoBody() throws IOException {
        try (RawClient client = gateway.client()) {
            String length = client.get(MODELS, gateway.key.reveal()).answer().header("content-length");
            client.send("HEAD " + MODELS + " HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer " + gateway.key.reveal()
                    + "\r\n\r\n");
            RawClient.Answer head = client.answer(true);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-length")).isEqualTo(length);
            requireServed(client); // Which would find a body, had there been one.
        }
    }

    /** Leaves a connection in the pool of the client's event loop; the next request on it meets the script. */
    private void warm(RawClient client, FakeModelServer.Script next) throws IOException {
        requireServed(client);
        model.next();
        model.script(next);
    }

    @Test
    void aRequestOnAKeptConnectionIsRepeatedOnceAndNoMore() throws IOException {
        try (RawClient client = gateway.client()) {
            warm(client, (_, exchange) -> exchange.close());
            client.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(client.answer().status()).isEqualTo(502);
        }
        assertThat(model.seen()).isEqualTo(2);
        assertThat(model.connections()).isEqualTo(2);
    }

    @Test
    void aRequestIsNotRepeatedOnceAByteOfAnAnswerHasCome() throws IOException {
        try (RawClient client = gateway.client()) {
            warm(client, (_, exchange) -> {
                exchange.raw("H");
                exchange.close();
            });
            client.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(client.answer().status()).isEqualTo(502);
        }
        assertThat(model.seen()).isEqualTo(1);
        assertThat(model.connections()).isEqualTo(1);
    }

    @Test
    void aRequestIsNotRepeatedOnceItsBodyIsSentInPieces() throws IOException {
        try (RawClient client = gateway.client()) {
            warm(client, (_, exchange) -> exchange.close());
            model.leaveBodies();
            client.send(RawClient.postHead(CHAT, gateway.key.reveal(), "Content-Length: 1000000") + "{\"a\":\""
                    + "x".repeat(200_000));
            assertThat(client.answer().status()).isEqualTo(502);
        }
        // On a connection of its own, so that what breaks is the model server and not its patience.
        assertThat(model.seen()).isEqualTo(1);
        assertThat(model.connections()).isEqualTo(2);
    }
}
