package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks another node what its model servers of a workload printed. Confined to one event loop. */
final class LogQuestion extends NodeQuestion<Optional<List<String>>> {
    /** Long enough for a node that is busy, short enough for a person who waits for a page. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    private LogQuestion(GatewayLoop loop, String node, String path) {
        super(loop, node, path, PATIENCE, Optional.empty());
    }

    static CompletableFuture<Optional<List<String>>> ask(GatewayLoop loop, String node, String workloadId, int lines) {
        return new LogQuestion(loop, node, NodeLogExchange.path(workloadId, lines)).ask();
    }

    @Override
    public void responseHead(ResponseHead head, long bodyLength) {
        if (NodeAnswer.of(head) != NodeAnswer.LOG) {
            giveUp();
        }
    }

    @Override
    public void responseBody(ByteBuf content) {
        if (text.size() + content.readableBytes() > NodeLogExchange.MAX_BYTES) {
            giveUp();
            return;
        }
        byte[] piece = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), piece);
        text.writeBytes(piece);
    }

    @Override
    public void responseEnded() {
        super.responseEnded();
        answer(Optional.of(text.toString(UTF_8).lines().toList()));
    }
}
