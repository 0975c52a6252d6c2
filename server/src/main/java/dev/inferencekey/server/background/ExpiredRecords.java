package dev.inferencekey.server.background;

import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.webhook.WebhookDelivery;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Forgets what has expired and opens nothing any more: sign-ins, invitations, forms that were sent, attempts that count no more, what was
 * spent in former periods of budgets; events that no receiver of webhooks was told of; nodes that were lost long ago; and changes of access that hardly any node has yet to read. What has expired is refused by its time alone,
 * so it does not matter when it goes. Stateless and thread-safe.
 */
public final class ExpiredRecords {
    /** How often to look. */
    public static final Duration INTERVAL = Duration.ofMinutes(10);

    /** Longer than the longest period of a budget that ends, and for as long as people may ask what became of one. */
    private static final Duration BUDGET_PERIODS = Duration.ofDays(62);

    /** After whoever sends them has given them up and said so. */
    private static final Duration UNTOLD_EVENTS = WebhookDelivery.PATIENCE.plusHours(1);

    /** For those that surely serve no more. */
    private static final Duration LOST_NODES = Duration.ofDays(1);

    private final Store store;
    private final Membership membership;
    private final InstantSource clock;

    public ExpiredRecords(Store store, Membership membership, InstantSource clock) {
        this.store = store;
        this.membership = membership;
        this.clock = clock;
    }

    public void forget() {
        Instant now = clock.instant();
        Instant storeNow = membership.now();
        List<String> servingNoMore = membership.nodes().stream()
                .filter(node -> !node.live() && !node.mayServeAt(storeNow))
                .map(Node::id)
                .toList();
        store.<Boolean>append(session -> {
            session.users().deleteSessionsExpiredBefore(now);
            session.invitations().deleteExpiredBefore(now);
            session.sentForms().deleteExpiredBefore(now);
            session.signOn().trimStates(now, Integer.MAX_VALUE);
            session.attempts().trim(now, Integer.MAX_VALUE);
            session.budgets().forgetBefore(now.minus(BUDGET_PERIODS));
            session.webhooks().removeBefore(now.minus(UNTOLD_EVENTS));
            session.accessChanges().trim(AccessFeed.KEPT_CHANGES);
            session.nodes().forgetLostBefore(session.nodes().now().minus(LOST_NODES), servingNoMore);
            return true;
        });
    }
}
