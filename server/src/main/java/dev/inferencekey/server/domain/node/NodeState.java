package dev.inferencekey.server.domain.node;

import java.util.Locale;

/** How a node is. */
public enum NodeState {
    ACTIVE,
    /** It tells its callers to go elsewhere, and serves those who don't. */
    DRAINING,
    /** Its lease has run out: it is gone, or can't reach the store. */
    LOST;

    public static NodeState of(Node node) {
        if (!node.live()) {
            return LOST;
        }
        return node.draining() ? DRAINING : ACTIVE;
    }

    /** As the API writes it. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
