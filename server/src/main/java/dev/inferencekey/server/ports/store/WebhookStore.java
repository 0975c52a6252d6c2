package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.webhook.WebhookEvent;
import java.time.Instant;
import java.util.List;

/** Events that the operator's receiver is still to be told of. */
public interface WebhookStore {
    /**
     * One that waits.
     *
     * @param attempts how often it was sent and not accepted
     */
    record Waiting(WebhookEvent event, int attempts) {}

    /** To be sent at once, if the transaction in which it happened is committed. */
    void add(WebhookEvent event);

    /** Those that are to be sent at {@code now}, the most urgent first. */
    List<Waiting> due(Instant now, int limit);

    /** It was not accepted, and is to be sent again then. */
    void postpone(String id, Instant dueAt);

    /** It is not sent again. */
    void remove(String id);

    /** Forgets what happened before; returns how many events that were. */
    int removeBefore(Instant at);
}
