package dev.inferencekey.server.background.webhook;

import dev.inferencekey.server.background.webhook.WebhookSender.Accepted;
import dev.inferencekey.server.background.webhook.WebhookSender.Failed;
import dev.inferencekey.server.background.webhook.WebhookSender.Gone;
import dev.inferencekey.server.domain.retry.Backoff;
import dev.inferencekey.server.domain.webhook.WebhookEvent;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.WebhookStore.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator's receiver of events until it accepts them. To be run by one node at a time; two at once send some events twice, which
 * receivers must expect anyway. Thread-safe.
 *
 * <p>Notes. An event is noted in the transaction in which it happened, and its row goes only after the receiver has accepted it: so each is
 * sent at least once, and again, with the same id, if a node dies in between. A run ends with its first failure, so that a receiver that is
 * away is asked once in a run and for one event, however many wait; that event waits longer after each failure, so none keeps the others back.
 */
public final class WebhookDelivery {
    /** How long after a run the next one is. */
    public static final Duration INTERVAL = Duration.ofSeconds(10);

    /** How long after it happened an event is still sent; then it is given up. */
    public static final Duration PATIENCE = Duration.ofDays(1);

    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(15), 0.2);
    private static final Duration LONGEST_WISH = Duration.ofHours(1);
    private static final int BATCH = 100;
    private static final Logger LOG = LoggerFactory.getLogger(WebhookDelivery.class);

    private final Store store;
    private final WebhookSender sender;
    private final WebhookCounts counts;
    private final InstantSource clock;
    private final RandomGenerator random;
    private volatile boolean failing;

    public WebhookDelivery(
            Store store, WebhookSender sender, WebhookCounts counts, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.sender = sender;
        this.counts = counts;
        this.clock = clock;
        this.random = random;
    }

    /** Sends what is due, up to the first failure. */
    public void round(BooleanSupplier stopping) {
        giveUpOld();
        while (!stopping.getAsBoolean()) {
            List<Waiting> due = store.read(session -> session.webhooks().due(clock.instant(), BATCH));
            if (due.isEmpty()) {
                return;
            }
            for (Waiting waiting : due) {
                if (stopping.getAsBoolean() || !sent(waiting)) {
                    return;
                }
            }
        }
    }

    /** Whether the next one may be sent. */
    private boolean sent(Waiting waiting) {
        WebhookEvent event = waiting.event();
        return switch (sender.send(event, clock.instant())) {
            case Accepted _ -> {
                change(session -> session.webhooks().remove(event.id()));
                counts.accepted.increment();
                if (failing) {
                    failing = false;
                    LOG.atInfo()
                            .addKeyValue("receiver", sender.receiver().host())
                            .log("webhooks: the receiver accepts events again");
                }
                yield true;
            }
            case Gone _ -> {
                change(session -> session.webhooks().remove(event.id()));
                counts.givenUp.increment();
                LOG.atWarn()
                        .addKeyValue("receiver", sender.receiver().host())
                        .addKeyValue("event", event.id())
                        .addKeyValue("type", event.type())
                        .log("webhooks: the receiver answered with status 410, so the event is given up");
                yield true;
            }
            case Failed failed -> {
                Duration pause = pause(waiting.attempts() + 1, failed.notBefore());
                change(session ->
                        session.webhooks().postpone(event.id(), clock.instant().plus(pause)));
                counts.failed.increment();
                if (!failing) {
                    failing = true;
                    LOG.atWarn()
                            .addKeyValue("receiver", sender.receiver().host())
                            .addKeyValue("event", event.id())
                            .log("webhooks: the receiver {}; events are sent again for a day", failed.reason());
                }
                yield false;
            }
        };
    }

    /** As long as the receiver asks for, within reason, and no shorter than what so many failures in a row call for. */
    private Duration pause(int failures, @Nullable Duration wish) {
        Duration pause = PAUSE.after(failures, random);
        Duration bounded = wish == null || wish.compareTo(LONGEST_WISH) < 0 ? wish : LONGEST_WISH;
        return bounded == null || bounded.compareTo(pause) < 0 ? pause : bounded;
    }

    private void giveUpOld() {
        Instant before = clock.instant().minus(PATIENCE);
        int old = store.append(session -> session.webhooks().removeBefore(before));
        if (old > 0) {
            counts.givenUp.add(old);
            LOG.atWarn()
                    .addKeyValue("receiver", sender.receiver().host())
                    .addKeyValue("events", old)
                    .log("webhooks: events that the receiver did not accept within a day are given up");
        }
    }

    private void change(Consumer<StoreSession> what) {
        store.<Boolean>append(session -> {
            what.accept(session);
            return true;
        });
    }
}
