package dev.inferencekey.server.journal;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Turns a usage record into the bytes of a {@link Frame}, in a buffer that is used again and again. For one thread.
 *
 * <p>Notes. Version 1: the numbers first, those that may be absent behind a bit in the flags, then each text as its length and its
 * UTF-8 bytes. A text beyond {@value #MAX_TEXT_BYTES} bytes is cut: only a model with a name of thousands of letters has one.
 */
final class RecordWriter {
    static final int MAX_TEXT_BYTES = 6_000;

    static final int STREAMED = 1;
    static final int CANCELLED = 1 << 1;
    static final int MODEL = 1 << 2;
    static final int INPUT_TOKENS = 1 << 3;
    static final int OUTPUT_TOKENS = 1 << 4;
    static final int CACHED_TOKENS = 1 << 5;
    static final int FIRST_BYTE = 1 << 6;
    static final int ESTIMATED = 1 << 7;
    static final int ERROR = 1 << 8;
    static final int UNBOOKED = 1 << 9;

    private final byte[] bytes = new byte[Frame.size(Frame.MAX_BODY_BYTES)];
    private final ByteBuffer frame = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();
    private int bodyBytes;

    /** The frame of what was written last, from 0 to {@link #frameBytes}; its length field is not filled in. */
    byte[] bytes() {
        return bytes;
    }

    int bodyBytes() {
        return bodyBytes;
    }

    int frameBytes() {
        return Frame.size(bodyBytes);
    }

    void write(UsageRecord usage) {
        frame.position(Frame.BODY_AT);
        Instant at = usage.at();
        frame.putLong(at.getEpochSecond()).putInt(at.getNano());
        frame.putInt(usage.status()).putInt(flags(usage));
        frame.putLong(usage.durationMicros()).putLong(usage.requestBytes()).putLong(usage.responseBytes());
        number(usage.inputTokens());
        number(usage.outputTokens());
        number(usage.cachedTokens());
        number(usage.firstByteMicros());
        text(usage.id());
        text(usage.requestId());
        text(usage.projectSlug());
        text(usage.workloadId());
        text(usage.workloadSlug());
        text(usage.keyId());
        text(usage.publicId());
        text(usage.clientAddress());
        text(usage.route());
        if (usage.model() != null) {
            text(usage.model());
        }
        if (usage.error() != null) {
            text(usage.error());
        }
        if (usage.unbooked() != null) {
            text(usage.unbooked());
        }
        bodyBytes = frame.position() - Frame.BODY_AT;
        checksum.reset();
        checksum.update(bytes, Frame.BODY_AT, bodyBytes);
        frame.putInt(Frame.CRC_AT, (int) checksum.getValue());
    }

    private static int flags(UsageRecord usage) {
        return (usage.streamed() ? STREAMED : 0)
                | (usage.cancelled() ? CANCELLED : 0)
                | (usage.model() == null ? 0 : MODEL)
                | (usage.inputTokens() == null ? 0 : INPUT_TOKENS)
                | (usage.outputTokens() == null ? 0 : OUTPUT_TOKENS)
                | (usage.cachedTokens() == null ? 0 : CACHED_TOKENS)
                | (usage.firstByteMicros() == null ? 0 : FIRST_BYTE)
                | (usage.estimated() ? ESTIMATED : 0)
                | (usage.error() == null ? 0 : ERROR)
                | (usage.unbooked() == null ? 0 : UNBOOKED);
    }

    private void number(@Nullable Long value) {
        if (value != null) {
            frame.putLong(value);
        }
    }

    private void text(String text) {
        int length = text.length();
        int start = frame.position() + Short.BYTES;
        if (length > MAX_TEXT_BYTES || !ascii(text, start)) {
            length = utf8(text, start);
        }
        frame.putShort((short) length);
        frame.position(start + length);
    }

    /** Nearly every text is ASCII and short; this copies it without making an object. */
    private boolean ascii(String text, int start) {
        int all = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            all |= c;
            bytes[start + i] = (byte) c;
        }
        return all < 0x80;
    }

    private int utf8(String text, int start) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(encoded.length, MAX_TEXT_BYTES);
        // Not through the middle of a character.
        while (length < encoded.length && length > 0 && (encoded[length] & 0xc0) == 0x80) {
            length--;
        }
        System.arraycopy(encoded, 0, bytes, start, length);
        return length;
    }
}
