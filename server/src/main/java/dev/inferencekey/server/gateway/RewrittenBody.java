package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link BodyRewriter} has let through and nobody has taken yet. As long as the replica, and so the model, is not known, the
 * places where the model belongs are remembered; one body can then be sent to one replica after another, with each one's model. What
 * stands behind a mark is held back, since it may still be taken out.
 *
 * <p>Not thread-safe. Owns a buffer: {@link #release} it.
 */
final class RewrittenBody {
    private static final int FIRST_CAPACITY = 2048;
    private static final int NO_MARK = -1;

    private final ByteBuf bytes;
    private int[] modelAt = new int[1];
    private int models;
    private byte @Nullable [] model;
    private int mark = NO_MARK;
    /** Where what can be left out begins and ends; both 0 if there is nothing. */
    private int optionalFrom;

    private int optionalTo;
    private boolean withoutOptional;

    RewrittenBody(ByteBufAllocator alloc) {
        bytes = alloc.buffer(FIRST_CAPACITY);
    }

    void copy(ByteBuf in, int from, int length) {
        bytes.writeBytes(in, from, length);
    }

    void copy(byte[] in, int from, int length) {
        bytes.writeBytes(in, from, length);
    }

    void write(byte[] text) {
        bytes.writeBytes(text);
    }

    /** The model belongs here. */
    void model() {
        if (model != null) {
            bytes.writeBytes(model);
            return;
        }
        if (models == modelAt.length) {
            modelAt = Arrays.copyOf(modelAt, models * 2);
        }
        modelAt[models++] = bytes.writerIndex();
    }

    /** What is written from now on is held back until {@link #backToMark} or {@link #unmark}. */
    void mark() {
        mark = bytes.writerIndex();
    }

    /** How many bytes are held back. */
    int marked() {
        return bytes.writerIndex() - ready();
    }

    /** Forgets what was held back. */
    void backToMark() {
        bytes.writerIndex(ready());
        mark = NO_MARK;
    }

    /** Holds nothing back. */
    void unmark() {
        mark = NO_MARK;
    }

    /** What is written from now on can be left out, until {@link #optionalEnds}. The model must not be among it or behind it. */
    void optionalBegins() {
        optionalFrom = bytes.writerIndex();
    }

    void optionalEnds() {
        optionalTo = bytes.writerIndex();
    }

    /** Leaves out, from now on, what can be left out. */
    void leaveOptionalOut() {
        withoutOptional = true;
    }

    private int leftOut() {
        return withoutOptional ? optionalTo - optionalFrom : 0;
    }

    /** How many bytes are held. */
    int heldBytes() {
        return bytes.readableBytes();
    }

    /** How many bytes {@link #appendTo} will write for a model of this length. */
    int length(int modelLength) {
        return ready() + models * modelLength - leftOut();
    }

    /** Writes all that is held and not held back, with this model in its places. Can be done again. */
    void appendTo(ByteBuf target, byte[] modelText) {
        int from = 0;
        for (int i = 0; i < models; i++) {
            target.writeBytes(bytes, from, modelAt[i] - from);
            target.writeBytes(modelText);
            from = modelAt[i];
        }
        if (leftOut() > 0) {
            target.writeBytes(bytes, from, optionalFrom - from);
            from = optionalTo;
        }
        target.writeBytes(bytes, from, ready() - from);
    }

    /** From now on the body is passed on in pieces: forgets what {@link #appendTo} wrote, and writes this model where the model belongs. */
    void stream(byte[] modelText) {
        model = modelText;
        models = 0;
        forget();
    }

    /** Of a body that is passed on in pieces: how many bytes {@link #takePiece} will write. */
    int pieceLength() {
        return ready();
    }

    /** Writes what is held and not held back, and forgets it. */
    void takePiece(ByteBuf target) {
        target.writeBytes(bytes, 0, ready());
        forget();
    }

    private int ready() {
        return mark == NO_MARK ? bytes.writerIndex() : mark;
    }

    private void forget() {
        int ready = ready();
        int rest = bytes.writerIndex() - ready;
        if (rest > 0 && ready > 0) {
            byte[] tail = new byte[rest];
            bytes.getBytes(ready, tail);
            bytes.setBytes(0, tail);
        }
        bytes.writerIndex(rest);
        mark = mark == NO_MARK ? NO_MARK : 0;
    }

    void release() {
        bytes.release();
    }
}
