package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a node itself says to another one that brought a call for one of its replicas, where no answer of the replica can be passed on. It is
 * told in the header {@code X-InferenceKey-Node}, which no model server can send: nothing of that name passes through a node.
 */
enum NodeAnswer {
    /** No such replica serves here; nothing has been sent to one. */
    NOT_HERE(421),
    /** A kept connection to the replica was closed under the call: the same one may be asked once more. */
    AGAIN(503),
    /** The replica can't be connected to; nothing has been sent to it. */
    UNREACHABLE(502),
    /** The replica has closed the connection without an answer. */
    CLOSED(502),
    /** The replica's answer is no HTTP. */
    MALFORMED(502),
    TIMED_OUT(504),
    /** The call is none that nodes make. */
    REFUSED(400),
    /** It was asked whether it decides what becomes of others' replicas, and may. */
    DECIDES(200),
    /** It was asked whether it decides what becomes of others' replicas, and may not. */
    DECIDES_NOTHING(200),
    /** It was asked what its model servers of a workload printed, and its body is that: a line of text each, the oldest first. */
    LOG(200);

    private final int status;

    NodeAnswer(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    void append(ByteBuf head) {
        HeadWriter.header(head, "X-InferenceKey-Node", wire());
    }

    private String wire() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Null for an answer of the replica's. */
    static @Nullable NodeAnswer of(ResponseHead head) {
        if (!head.has(KnownHeader.X_INFERENCEKEY_NODE)) {
            return null;
        }
        for (NodeAnswer answer : values()) {
            if (head.valueIs(KnownHeader.X_INFERENCEKEY_NODE, answer.wire())) {
                return answer;
            }
        }
        return REFUSED; // A word of a later version, which can only mean that there is no answer.
    }

    static NodeAnswer of(UpstreamConnection.Failure failure) {
        return switch (failure) {
            case CLOSED -> CLOSED;
            case MALFORMED -> MALFORMED;
            case TIMED_OUT -> TIMED_OUT;
        };
    }
}
