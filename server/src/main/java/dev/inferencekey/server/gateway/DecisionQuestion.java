package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.node.NodePeers.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asks another node whether it decides what becomes of others' replicas. Confined to one event loop. */
final class DecisionQuestion extends NodeQuestion<Answer> {
    /** Where a node tells that. */
    static final String PATH = "/decides";

    private static final Duration PATIENCE = Duration.ofMillis(300);

    private DecisionQuestion(GatewayLoop loop, String node) {
        super(loop, node, PATH, PATIENCE, Answer.UNKNOWN);
    }

    static CompletableFuture<Answer> ask(GatewayLoop loop, String node) {
        return new DecisionQuestion(loop, node).ask();
    }

    @Override
    public void responseHead(ResponseHead head, long bodyLength) {
        answer(
                switch (NodeAnswer.of(head)) {
                    case DECIDES -> Answer.DECIDES;
                    case DECIDES_NOTHING -> Answer.DECIDES_NOTHING;
                    case null, default -> Answer.UNKNOWN;
                });
    }
}
