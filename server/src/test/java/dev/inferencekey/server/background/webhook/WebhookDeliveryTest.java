package dev.inferencekey.server.background.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.inferencekey.server.background.webhook.LoopbackReceiver.Answer;
import dev.inferencekey.server.background.webhook.LoopbackReceiver.Delivery;
import dev.inferencekey.server.domain.webhook.WebhookEvent;
import dev.inferencekey.server.manager.MutableTime;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** From the outbox to a real receiver. */
@Tag("slow")
final class WebhookDeliveryTest {
    /** Longer than the longest pause. */
    private static final Duration LATER = Duration.ofMinutes(20);

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    @AutoClose
    private final LoopbackReceiver receiver = new LoopbackReceiver();

    @AutoClose
    private final WebhookSender sender = new WebhookSender(receiver.address(), "0123456789abcdef");

    private final MutableTime clock = new MutableTime();
    private final WebhookCounts counts = new WebhookCounts();
    private final WebhookDelivery delivery = node();
    private final Logger logger = (Logger) LoggerFactory.getLogger(WebhookDelivery.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    private WebhookDelivery node() {
        return new WebhookDelivery(store, sender, counts, clock, new SplittableRandom(1));
    }

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        logger.setLevel(null);
        logger.detachAppender(log);
    }

    private void happens(String id) {
        Instant at = clock.instant();
        store.<Boolean>append(session -> {
            session.webhooks().add(new WebhookEvent(id, WebhookEvent.TEST, at, Map.of("what", id)));
            return true;
        });
    }

    private void round() {
        delivery.round(() -> false);
    }

    private List<String> received() {
        return receiver.deliveries.stream().map(Delivery::id).toList();
    }

    private List<Double> figures() {
        return counts.metrics().stream()
                .flatMap(metric -> metric.points().stream())
                .map(point -> ((Metric.Value) point).value())
                .toList();
    }

    private List<String> logged() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void whatHappenedIsToldOnceAndInOrder() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            String id = String.format("evt_%03d", i);
            ids.add(id);
            happens(id);
            clock.advance(Duration.ofMillis(1));
        }
        round();
        round();
        assertThat(received()).isEqualTo(ids);
        assertThat(receiver.deliveries).allMatch(each -> each.isSignedWith(LoopbackReceiver.KEY));
        assertThat(figures()).containsExactly(120.0, 0.0, 0.0);
    }

    @Test
    void whatIsNotAcceptedIsSentAgainLaterWithTheSameIdAndBody() {
        happens("evt_1");
        receiver.answers(Answer.status(500));
        round();
        round();
        assertThat(received()).as("not at once").containsExactly("evt_1");
        for (int i = 0; i < 3; i++) {
            clock.advance(LATER);
            round();
        }
        receiver.answers(Answer.status(200));
        clock.advance(LATER);
        round();
        clock.advance(LATER);
        round();
        assertThat(received()).hasSize(5);
        assertThat(new HashSet<>(
                        receiver.deliveries.stream().map(Delivery::body).toList()))
                .hasSize(1);
        assertThat(receiver.deliveries.stream().map(Delivery::timestamp).toList())
                .as("when it was tried")
                .doesNotHaveDuplicates();
        assertThat(receiver.deliveries).allMatch(each -> each.isSignedWith(LoopbackReceiver.KEY));
        assertThat(figures()).containsExactly(1.0, 4.0, 0.0);
        assertThat(logged())
                .containsExactly(
                        "webhooks: the receiver answered with status 500; events are sent again for a day",
                        "webhooks: the receiver accepts events again");
    }

    @Test
    void thePauseGrowsAndIsNoShorterThanTheReceiverAsksFor() {
        happens("evt_1");
        receiver.answers(Answer.status(500));
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            round();
            Instant before = clock.instant();
            while (received().size() == i + 1) {
                clock.advance(Duration.ofSeconds(4));
                round();
            }
            pauses.add(Duration.between(before, clock.instant()));
        }
        assertThat(pauses.getFirst()).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(16));
        assertThat(pauses.get(3)).isGreaterThan(pauses.getFirst().multipliedBy(4));
        assertThat(pauses.getLast()).isBetween(Duration.ofMinutes(12), Duration.ofMinutes(19));

        receiver.answers(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "2400");
            exchange.sendResponseHeaders(503, -1);
        });
        clock.advance(LATER);
        round();
        int soFar = received().size();
        clock.advance(Duration.ofMinutes(39));
        round();
        assertThat(received()).hasSize(soFar);
        clock.advance(Duration.ofMinutes(2));
        round();
        assertThat(received()).hasSize(soFar + 1);
    }

    @Test
    void aReceiverThatIsAwayIsAskedOnceInARunHoweverManyEventsWait() {
        for (int i = 0; i < 10; i++) {
            happens("evt_" + i);
        }
        receiver.answers(Answer.status(500));
        round();
        assertThat(received()).hasSize(1);
    }

    @Test
    void anEventThatIsNeverAcceptedKeepsNoOtherBack() {
        happens("evt_1");
        happens("evt_2");
        happens("evt_3");
        receiver.answersEach(each -> Answer.status(each.id().equals("evt_1") ? 500 : 200));
        round();
        round();
        assertThat(received()).containsExactly("evt_1", "evt_2", "evt_3");
    }

    @Test
    void anEventThatTheReceiverDoesNotWantIsGivenUpAloneAndAtOnce() {
        happens("evt_1");
        happens("evt_2");
        receiver.answersEach(each -> Answer.status(each.id().equals("evt_1") ? 410 : 200));
        round();
        clock.advance(LATER);
        round();
        assertThat(received()).containsExactly("evt_1", "evt_2");
        assertThat(figures()).containsExactly(1.0, 0.0, 1.0);
        assertThat(logged()).singleElement().asString().contains("status 410");
    }

    @Test
    void anEventThatIsNotAcceptedWithinADayIsGivenUp() {
        happens("evt_1");
        receiver.answers(Answer.status(500));
        round();
        clock.advance(WebhookDelivery.PATIENCE.plusSeconds(1));
        receiver.answers(Answer.status(200));
        happens("evt_2");
        round();
        assertThat(received()).containsExactly("evt_1", "evt_2");
        assertThat(figures()).containsExactly(1.0, 1.0, 1.0);
        assertThat(logged()).anyMatch(line -> line.contains("within a day are given up"));
    }

    @Test
    void whoDiesBetweenSendingAndNotingThatSendsItAgainWithTheSameId() {
        happens("evt_1");
        receiver.answersEach(_ -> {
            store.failWritesWith("killed");
            return Answer.status(200);
        });
        assertThatThrownBy(this::round).isInstanceOf(StoreUnavailableException.class);
        store.recover();
        receiver.answers(Answer.status(200));
        node().round(() -> false);
        node().round(() -> false);
        assertThat(received()).containsExactly("evt_1", "evt_1");
        assertThat(receiver.deliveries.getFirst().body())
                .isEqualTo(receiver.deliveries.getLast().body());
    }

    @Test
    void aNodeThatStopsLeavesTheRestToOthers() {
        happens("evt_1");
        happens("evt_2");
        delivery.round(() -> !received().isEmpty());
        assertThat(received()).containsExactly("evt_1");
        node().round(() -> false);
        assertThat(received()).containsExactly("evt_1", "evt_2");
    }

    @Test
    void neitherTheSecretNorTheAddressReachesTheLog() {
        happens("evt_1");
        happens("evt_2");
        receiver.answersEach(each -> Answer.status(each.id().equals("evt_1") ? 410 : 500));
        round();
        clock.advance(LATER);
        receiver.answers(Answer.status(200));
        round();
        assertThat(log.list).hasSize(3);
        assertThat(log.list)
                .allSatisfy(line -> assertThat(line.getFormattedMessage() + line.getKeyValuePairs())
                        .contains("127.0.0.1")
                        .doesNotContain("t0ken", LoopbackReceiver.SECRET));
    }
}
