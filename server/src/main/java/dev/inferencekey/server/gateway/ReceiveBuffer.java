package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What the sockets of one event loop are read into: the same memory again and again, because whoever gets bytes is mostly done with them
 * before the next socket is read. So it stays in the processor's cache, which is worth a tenth of what a request costs (decision 16).
 *
 * <p>Notes. Whoever keeps the buffer keeps all of its memory, and the next read gets another. What has to wait for a client is therefore
 * copied if it is less than {@link #WORTH_KEEPING_BYTES}: else a slow client's few bytes would hold the whole.
 *
 * <p>Only for sockets that are read when they have something, and by handlers that do not gather what they get: not io_uring, whose
 * buffers wait in the kernel, and not TLS.
 *
 * <p>Confined to its event loop; {@link #release} it when that has ended.
 */
final class ReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    static final int BYTES = 64 * 1024;
    static final int WORTH_KEEPING_BYTES = BYTES / 4;

    private @Nullable ByteBuf buffer;

    @Override
    public MaxMessageHandle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(ByteBufAllocator alloc) {
                return take(alloc);
            }

            @Override
            public int guess() {
                return BYTES;
            }
        };
    }

    /** The buffer, empty; to be released as any other. */
    ByteBuf take(ByteBufAllocator alloc) {
        ByteBuf last = buffer;
        if (last != null && last.refCnt() == 1) {
            return last.clear().retain();
        }
        release();
        ByteBuf fresh = alloc.directBuffer(BYTES, BYTES);
        buffer = fresh;
        return fresh.retain();
    }

    /** What is still to be read of {@code content}, with memory of its own if this one's was used; releases {@code content} then. */
    @SuppressWarnings("ReferenceEquality") // The same buffer, not one with the same bytes.
    ByteBuf toKeep(ByteBuf content) {
        if (content != buffer) {
            return content;
        }
        ByteBuf kept = content.alloc().buffer(content.readableBytes()).writeBytes(content);
        content.release();
        return kept;
    }

    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }
}
