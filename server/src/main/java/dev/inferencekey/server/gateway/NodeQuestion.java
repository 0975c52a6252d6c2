package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks another node whether it decides what becomes of others' replicas. Confined to one event loop; the answer may be waited for anywhere. */
final class NodeQuestion implements UpstreamPool.Acquirer, UpstreamConnection.Receiver {
    /** Where a node tells that. */
    static final String PATH = "/decides";

    private static final Duration PATIENCE = Duration.ofMillis(300);

    private final GatewayLoop loop;
    private final String node;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private @Nullable UpstreamConnection upstream;

    private NodeQuestion(GatewayLoop loop, String node) {
        this.loop = loop;
        this.node = node;
    }

    static CompletableFuture<Answer> ask(GatewayLoop loop, String node) {
        NodeQuestion question = new NodeQuestion(loop, node);
        loop.loop().execute(question::begin);
        return question.answer;
    }

    private void begin() {
        var _ = loop.loop().schedule(this::giveUp, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        loop.pool().acquire(UpstreamAddress.of(URI.create("https://" + node), Place.OTHER_NODE), true, this);
    }

    private void giveUp() {
        if (answer.complete(Answer.UNKNOWN) && upstream != null) {
            upstream.cancel();
            upstream = null;
        }
    }

    @Override
    public void connected(UpstreamConnection connected) {
        if (answer.isDone()) {
            loop.pool().putBack(connected);
            return;
        }
        upstream = connected;
        connected.begin(this, false, PATIENCE.toNanos(), PATIENCE.toNanos());
        ByteBuf out = Unpooled.buffer(128);
        HeadWriter.requestLine(out, "GET", PATH);
        HeadWriter.header(out, "Host", node);
        HeadWriter.end(out);
        connected.send(out);
        connected.requestEnded();
    }

    @Override
    public void connectFailed() {
        answer.complete(Answer.UNKNOWN);
    }

    @Override
    public void responseHead(ResponseHead head, long bodyLength) {
        answer.complete(
                switch (NodeAnswer.of(head)) {
                    case DECIDES -> Answer.DECIDES;
                    case DECIDES_NOTHING -> Answer.DECIDES_NOTHING;
                    case null, default -> Answer.UNKNOWN;
                });
    }

    @Override
    public void responseBody(ByteBuf content) {
        // There is none.
    }

    @Override
    public void responseReadComplete() {
        // All is said by the head.
    }

    @Override
    public void responseEnded() {
        upstream = null;
    }

    @Override
    public void failed(UpstreamConnection.Failure failure, boolean untouched) {
        upstream = null;
        answer.complete(Answer.UNKNOWN);
    }

    @Override
    public void upstreamWritable() {
        // Everything has been sent.
    }
}
