package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link BodyRewriter} has let through and nobody has taken yet. As long as the replica, and so the model, is not known, the
 * places where the model belongs are remembered; one body can then be sent to one replica after another, with each one's model.
 *
 * <p>Not thread-safe. Owns a buffer: {@link #release} it.
 */
final class RewrittenBody {
    private static final int FIRST_CAPACITY = 2048;

    private final ByteBuf bytes;
    private int[] modelAt = new int[1];
    private int models;
    private byte @Nullable [] model;

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

    /** How many bytes are held. */
    int heldBytes() {
        return bytes.readableBytes();
    }

    /** How many bytes {@link #appendTo} will write for a model of this length. */
    int length(int modelLength) {
        return bytes.readableBytes() + models * modelLength;
    }

    /** Writes all that is held, with this model in its places. Can be done again. */
    void appendTo(ByteBuf target, byte[] modelText) {
        int from = 0;
        for (int i = 0; i < models; i++) {
            target.writeBytes(bytes, from, modelAt[i] - from);
            target.writeBytes(modelText);
            from = modelAt[i];
        }
        target.writeBytes(bytes, from, bytes.writerIndex() - from);
    }

    /** From now on the body is passed on in pieces: forgets what is held, and writes this model where the model belongs. */
    void stream(byte[] modelText) {
        model = modelText;
        models = 0;
        bytes.clear();
    }

    /** The piece that is held, to be read before the next byte is fed; then {@link #clear}. */
    ByteBuf piece() {
        return bytes;
    }

    void clear() {
        bytes.clear();
    }

    void release() {
        bytes.release();
    }
}
