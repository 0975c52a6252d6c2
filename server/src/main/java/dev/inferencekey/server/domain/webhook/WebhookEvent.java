package dev.inferencekey.server.domain.webhook;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened and that the operator's receiver is told of.
 *
 * @param id {@code evt_…}, the same however often it is sent
 * @param type what happened, {@code noun.verb}: {@link #BUDGET_THRESHOLD_REACHED} or {@link #TEST}
 * @param at when it happened
 * @param data public facts, as plain JSON; never a secret
 */
public record WebhookEvent(String id, String type, Instant at, Map<String, @Nullable Object> data) {
    /** What was spent of a budget has reached one of the shares at which people are warned. */
    public static final String BUDGET_THRESHOLD_REACHED = "budget.threshold_reached";

    /** Nothing happened: somebody wants to see whether the receiver hears of it. */
    public static final String TEST = "webhook.test";

    /** Of the ids of events. */
    public static final String ID_PREFIX = "evt";

    public WebhookEvent {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }
}
