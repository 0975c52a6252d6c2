package dev.inferencekey.server.journal;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of a {@link Frame}, which may be anything, back into a usage record. For one thread. */
final class RecordReader {
    private final byte[] bytes = new byte[Frame.MAX_BODY_BYTES];
    private final ByteBuffer body = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();

    /** The record at {@code offset}, or null if these bytes are none; {@code length} is what the frame says. */
    @Nullable
    UsageRecord read(ByteBuffer memory, int offset, int length) {
        if (length < 0 || length > Frame.MAX_BODY_BYTES || length > memory.capacity() - offset - Frame.BODY_AT) {
            return null;
        }
        memory.get(offset + Frame.BODY_AT, bytes, 0, length);
        checksum.reset();
        checksum.update(bytes, 0, length);
        if ((int) checksum.getValue() != memory.getInt(offset + Frame.CRC_AT)) {
            return null;
        }
        body.clear().limit(length);
        try {
            return record();
        } catch (BufferUnderflowException | DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    private UsageRecord record() {
        Instant at = Instant.ofEpochSecond(body.getLong(), body.getInt());
        int status = body.getInt();
        int flags = body.getInt();
        long durationMicros = body.getLong();
        long requestBytes = body.getLong();
        long responseBytes = body.getLong();
        Long inputTokens = number(flags, RecordWriter.INPUT_TOKENS);
        Long outputTokens = number(flags, RecordWriter.OUTPUT_TOKENS);
        Long cachedTokens = number(flags, RecordWriter.CACHED_TOKENS);
        Long firstByteMicros = number(flags, RecordWriter.FIRST_BYTE);
        return new UsageRecord(
                text(),
                text(),
                at,
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                (flags & RecordWriter.MODEL) == 0 ? null : text(),
                status,
                inputTokens,
                outputTokens,
                cachedTokens,
                durationMicros,
                firstByteMicros,
                requestBytes,
                responseBytes,
                (flags & RecordWriter.STREAMED) != 0,
                (flags & RecordWriter.CANCELLED) != 0,
                (flags & RecordWriter.ESTIMATED) != 0,
                (flags & RecordWriter.ERROR) == 0 ? null : text(),
                null,
                (flags & RecordWriter.UNBOOKED) == 0 ? null : text());
    }

    private @Nullable Long number(int flags, int flag) {
        return (flags & flag) == 0 ? null : body.getLong();
    }

    private String text() {
        int length = Short.toUnsignedInt(body.getShort());
        if (length > body.remaining()) {
            throw new BufferUnderflowException();
        }
        String text = new String(bytes, body.position(), length, StandardCharsets.UTF_8);
        body.position(body.position() + length);
        return text;
    }
}
