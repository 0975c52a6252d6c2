package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.server.ports.node.NodeLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells another node what this one's model servers of a workload printed: the last lines, and of these the last {@value #MAX_BYTES} bytes at
 * most.
 */
final class NodeLogExchange extends AnswerAfterLook<byte[]> {
    /** How long the body may be. */
    static final int MAX_BYTES = 1 << 20;

    private static final String PATH = "/logs/";
    private static final int MAX_LINES = 5_000;

    private final NodeLog log;
    private final String workloadId;
    private final int lines;

    private NodeLogExchange(ClientConnection connection, RequestTraits request, String workloadId, int lines) {
        super(connection, request, "node-log");
        this.log = connection.loop().parts().log();
        this.workloadId = workloadId;
        this.lines = lines;
    }

    /** Where a node is asked for that. */
    static String path(String workloadId, int lines) {
        return PATH + workloadId + "/" + Math.clamp(lines, 1, MAX_LINES);
    }

    /** Null if something else is asked. */
    static @Nullable Exchange of(ClientConnection connection, RequestHead head, RequestTraits request) {
        String target = head.target();
        int slash = target.lastIndexOf('/');
        if (!target.startsWith(PATH) || slash <= PATH.length() || !head.methodIs("GET")) {
            return null;
        }
        int lines = lines(target.substring(slash + 1));
        return lines < 1
                ? null
                : new NodeLogExchange(connection, request, target.substring(PATH.length(), slash), lines);
    }

    /** 0 for what is no number of lines. */
    private static int lines(String text) {
        try {
            return Math.clamp(Integer.parseInt(text), 0, MAX_LINES);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    byte[] look() {
        return body(log.tail(workloadId, lines));
    }

    private static byte[] body(List<String> printed) {
        Deque<byte[]> kept = new ArrayDeque<>();
        int length = 0;
        for (String line : printed.reversed()) {
            byte[] bytes = (line.replace('\n', ' ').replace('\r', ' ') + "\n").getBytes(UTF_8);
            if (length + bytes.length > MAX_BYTES) {
                break;
            }
            length += bytes.length;
            kept.addFirst(bytes);
        }
        byte[] body = new byte[length];
        int at = 0;
        for (byte[] bytes : kept) {
            System.arraycopy(bytes, 0, body, at, bytes.length);
            at += bytes.length;
        }
        return body;
    }

    @Override
    void answer(ClientResponse response, byte[] body) {
        if (!connectionGoesOn()) {
            response.lastOnConnection();
        }
        ByteBuf head = response.startHead(NodeAnswer.LOG.status(), body.length);
        NodeAnswer.LOG.append(head);
        HeadWriter.header(head, "Content-Type", "text/plain; charset=utf-8");
        response.endHead(head, NodeAnswer.LOG.status(), body.length);
        response.body(Unpooled.wrappedBuffer(body));
        response.end();
    }
}
