package dev.inferencekey.server.background.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.webhook.LoopbackReceiver.Answer;
import dev.inferencekey.server.background.webhook.LoopbackReceiver.Delivery;
import dev.inferencekey.server.background.webhook.WebhookSender.Accepted;
import dev.inferencekey.server.background.webhook.WebhookSender.Failed;
import dev.inferencekey.server.background.webhook.WebhookSender.Gone;
import dev.inferencekey.server.background.webhook.WebhookSender.Outcome;
import dev.inferencekey.server.domain.webhook.WebhookEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One attempt, over a real connection. */
@Tag("slow")
@Timeout(20)
final class WebhookSenderTest {
    private static final Instant HAPPENED = Instant.parse("2026-06-15T09:12:44.123456Z");
    private static final Instant NOW = HAPPENED.plusSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final WebhookEvent EVENT =
            new WebhookEvent("evt_1", "budget.threshold_reached", HAPPENED, Map.of("name", "ключ \"é\""));

    @AutoClose
    private final LoopbackReceiver receiver = new LoopbackReceiver();

    private Outcome send(WebhookReceiver to) {
        try (WebhookSender sender = new WebhookSender(to, "0123456789abcdef", SHORT)) {
            return sender.send(EVENT, NOW);
        }
    }

    private Outcome sendPatiently() {
        try (WebhookSender sender = new WebhookSender(receiver.address(), "0123456789abcdef")) {
            return sender.send(EVENT, NOW);
        }
    }

    @Test
    void theReceiverCanCheckWhoSentIt() {
        assertThat(sendPatiently()).isEqualTo(new Accepted(204));
        Delivery delivery = receiver.deliveries.getFirst();
        assertThat(delivery.isSignedWith(LoopbackReceiver.KEY)).isTrue();
        assertThat(delivery.isSignedWith("another key of at least that many bytes".getBytes(UTF_8)))
                .isFalse();
        assertThat(delivery.id()).isEqualTo("evt_1");
        assertThat(delivery.timestamp()).isEqualTo(NOW.getEpochSecond());
        assertThat(delivery.body())
                .isEqualTo("{\"id\":\"evt_1\",\"type\":\"budget.threshold_reached\","
                        + "\"timestamp\":\"2026-06-15T09:12:44.123456Z\",\"installation\":\"0123456789abcdef\","
                        + "\"data\":{\"name\":\"ключ \\\"é\\\"\"}}");
    }

    @Test
    void whileOneSecretTakesTheOthersPlaceBothSign() {
        byte[] next = "the key that will be used from now on".getBytes(UTF_8);
        String nextSecret = "whsec_" + Base64.getEncoder().encodeToString(next);
        try (WebhookSender sender =
                new WebhookSender(receiver.address(LoopbackReceiver.SECRET, nextSecret), "0123456789abcdef")) {
            sender.send(EVENT, NOW);
        }
        assertThat(receiver.deliveries.getFirst().isSignedWith(LoopbackReceiver.KEY))
                .isTrue();
        assertThat(receiver.deliveries.getFirst().isSignedWith(next)).isTrue();
    }

    @Test
    void whatIsNotAcceptedHasFailed() {
        for (int status : new int[] {400, 404, 500, 503}) {
            receiver.answers(Answer.status(status));
            assertThat(sendPatiently()).isEqualTo(new Failed("answered with status " + status, null));
        }
        receiver.answers(Answer.status(410));
        assertThat(sendPatiently()).isEqualTo(new Gone());
    }

    @Test
    void theReceiverCanAskToBeLeftAlone() {
        receiver.answers(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "120");
            exchange.sendResponseHeaders(429, -1);
        });
        assertThat(sendPatiently()).isEqualTo(new Failed("answered with status 429", Duration.ofMinutes(2)));
    }

    @Test
    void noRedirectIsFollowed() {
        receiver.answers(exchange -> {
            exchange.getResponseHeaders().set("Location", LoopbackReceiver.PATH + "/elsewhere");
            exchange.sendResponseHeaders(307, -1);
        });
        assertThat(sendPatiently())
                .isEqualTo(new Failed("answered with status 307, and redirects are not followed", null));
        assertThat(receiver.deliveries).hasSize(1);
    }

    @Test
    void anAnswerThatNeverEndsKeepsNobody() {
        receiver.answers(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] more = new byte[1 << 16];
            while (true) {
                exchange.getResponseBody().write(more);
            }
        });
        assertThat(sendPatiently()).isEqualTo(new Accepted(200));
    }

    @Test
    void aReceiverThatAnswersNothingIsWaitedForWithinABound() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(send(to("http://127.0.0.1:" + silent.getLocalPort() + "/")))
                    .isEqualTo(new Failed("did not answer within " + SHORT.toSeconds() + " s", null));
        }
    }

    @Test
    void saysWhyAReceiverCannotBeReached() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertThat(send(to("http://127.0.0.1:" + free + "/"))).isEqualTo(new Failed("refuses the connection", null));
    }

    @Test
    void aReceiverWithoutTlsIsToldFromOneThatIsAway() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket caller = plain.accept()) {
                    caller.getInputStream().read();
                    caller.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                    caller.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (WebhookSender sender =
                    new WebhookSender(to("https://127.0.0.1:" + plain.getLocalPort() + "/"), "0123456789abcdef")) {
                assertThat(sender.send(EVENT, NOW))
                        .isEqualTo(new Failed(
                                "shows a TLS certificate that this server's Java does not trust, or speaks no TLS",
                                null));
            }
        }
    }

    private static WebhookReceiver to(String url) {
        return WebhookReceiver.of(url, List.of(LoopbackReceiver.SECRET));
    }
}
