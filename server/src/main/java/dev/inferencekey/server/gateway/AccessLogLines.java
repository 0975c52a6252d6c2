package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.server.ports.log.LineLog;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Writes the access log's lines of one event loop, as JSON, straight into blocks of bytes: no text is built for a line.
 *
 * <p>Confined to its event loop.
 */
final class AccessLogLines {
    /** A model's name that is longer than this, in bytes of JSON, is left out. */
    private static final int MAX_NAME_BYTES = 1024;
    /** What the fields' names, the numbers and the time take at most. */
    private static final int FIXED_BYTES = 1024;
    /** A character takes six bytes at most: a backslash, {@code u}, four digits. */
    private static final int MAX_BYTES_PER_CHAR = 6;

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

    private static final byte[] TIME = ascii("{\"time\":\"");
    private static final byte[] REQUEST_ID = ascii(",\"request_id\":");
    private static final byte[] CLIENT = ascii(",\"client\":");
    private static final byte[] METHOD = ascii(",\"method\":");
    private static final byte[] ROUTE = ascii(",\"route\":");
    private static final byte[] PROJECT = ascii(",\"project\":");
    private static final byte[] WORKLOAD = ascii(",\"workload\":");
    private static final byte[] KEY = ascii(",\"key\":");
    private static final byte[] KEY_PREFIX = ascii("\"ik_live_");
    /** The dots that stand for the secret part, in UTF-8. */
    private static final byte[] KEY_END = {(byte) 0xe2, (byte) 0x80, (byte) 0xa6, '"'};

    private static final byte[] STATUS = ascii(",\"status\":");
    private static final byte[] CODE = ascii(",\"code\":");
    private static final byte[] MODEL = ascii(",\"model\":");
    private static final byte[] DURATION = ascii(",\"duration_ms\":");
    private static final byte[] FIRST_BYTE = ascii(",\"first_byte_ms\":");
    private static final byte[] INPUT = ascii(",\"input_tokens\":");
    private static final byte[] OUTPUT = ascii(",\"output_tokens\":");
    private static final byte[] CACHED = ascii(",\"cached_tokens\":");
    private static final byte[] REQUEST_BYTES = ascii(",\"request_bytes\":");
    private static final byte[] RESPONSE_BYTES = ascii(",\"response_bytes\":");
    private static final byte[] STREAMED = ascii(",\"streamed\":");
    private static final byte[] CANCELLED = ascii(",\"cancelled\":");
    private static final byte[] ESTIMATED = ascii(",\"estimated\":");
    private static final byte[] REPLICA = ascii(",\"replica\":");
    private static final byte[] TRACE_ID = ascii(",\"trace_id\":");
    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");
    private static final byte[] END = ascii("}\n");

    private final LineLog log;
    private @Nullable ByteBuffer block;
    private byte[] bytes = new byte[0];
    private int at;
    private int lines;

    private long cachedSecond = Long.MIN_VALUE;
    private byte[] cachedTime = new byte[0];

    AccessLogLines(LineLog log) {
        this.log = log;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Writes one line, or drops it if there is no room. */
    void line(RequestMeter request, RequestMeter.Ending ending) {
        Replica replica = request.replica();
        byte[] model = replica == null || replica.jsonModel().length > MAX_NAME_BYTES ? NULL : replica.jsonModel();
        String replicaId = replica == null ? null : replica.target().replicaId();
        if (!makeRoom(FIXED_BYTES
                + model.length
                + MAX_BYTES_PER_CHAR
                        * (request.requestId().length()
                                + request.clientAddress().length()
                                + request.projectSlug().length()
                                + request.workloadSlug().length()
                                + (replicaId == null ? 0 : replicaId.length())))) {
            log.dropped(1);
            return;
        }
        put(TIME);
        time(request.at());
        put((byte) '"');
        put(REQUEST_ID);
        text(request.requestId());
        put(CLIENT);
        text(request.clientAddress());
        put(METHOD);
        textOrNull(request.method());
        put(ROUTE);
        text(request.route());
        put(PROJECT);
        textOrNull(request.projectSlug());
        put(WORKLOAD);
        textOrNull(request.workloadSlug());
        put(KEY);
        key(request.publicId());
        put(STATUS);
        number(ending.status());
        put(CODE);
        textOrNull(request.errorCode() == null ? "" : request.errorCode().wire());
        put(MODEL);
        put(model);
        put(DURATION);
        millis(ending.durationMicros());
        put(FIRST_BYTE);
        millis(ending.firstByteMicros());
        put(INPUT);
        numberOrNull(ending.tokens().input());
        put(OUTPUT);
        numberOrNull(ending.tokens().output());
        put(CACHED);
        numberOrNull(ending.tokens().cached());
        put(REQUEST_BYTES);
        number(request.requestBytes());
        put(RESPONSE_BYTES);
        number(ending.responseBytes());
        put(STREAMED);
        put(request.isStreamed() ? TRUE : FALSE);
        put(CANCELLED);
        put(ending.cancelled() ? TRUE : FALSE);
        put(ESTIMATED);
        put(ending.tokens().estimated() ? TRUE : FALSE);
        put(REPLICA);
        textOrNull(replicaId == null ? "" : replicaId);
        put(TRACE_ID);
        textOrNull(request.traceId());
        put(END);
        lines++;
    }

    /** Hands over what has been written; called now and then, so that lines do not wait for long. */
    void flush() {
        ByteBuffer filled = block;
        if (filled != null && lines > 0) {
            log.write(filled.position(at - filled.arrayOffset()).flip(), lines);
            block = null;
            lines = 0;
        }
    }

    private boolean makeRoom(int most) {
        if (block != null && bytes.length - at < most) {
            flush();
        }
        if (block == null) {
            ByteBuffer empty = log.emptyBlock();
            if (empty == null) {
                return false;
            }
            block = empty;
            bytes = empty.array();
            at = empty.arrayOffset();
        }
        return bytes.length - at >= most;
    }

    private void time(Instant instant) {
        if (instant.getEpochSecond() != cachedSecond) {
            cachedSecond = instant.getEpochSecond();
            cachedTime = SECONDS.format(instant).getBytes(US_ASCII);
        }
        put(cachedTime);
        put((byte) '.');
        threeDigits(instant.getNano() / 1_000_000);
        put((byte) 'Z');
    }

    private void key(String publicId) {
        if (publicId.isEmpty()) {
            put(NULL);
            return;
        }
        put(KEY_PREFIX);
        escaped(publicId);
        put(KEY_END);
    }

    private void textOrNull(String text) {
        if (text.isEmpty()) {
            put(NULL);
        } else {
            text(text);
        }
    }

    private void text(String text) {
        put((byte) '"');
        escaped(text);
        put((byte) '"');
    }

    /** Anything but plain ASCII is escaped, whoever made it up: a line can't be broken, nor a terminal be told things. */
    private void escaped(String text) {
        byte[] to = bytes;
        int i = at;
        for (int from = 0; from < text.length(); from++) {
            char c = text.charAt(from);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
                to[i++] = (byte) c;
            } else {
                to[i] = '\\';
                to[i + 1] = 'u';
                to[i + 2] = HEX[c >> 12];
                to[i + 3] = HEX[c >> 8 & 15];
                to[i + 4] = HEX[c >> 4 & 15];
                to[i + 5] = HEX[c & 15];
                i += MAX_BYTES_PER_CHAR;
            }
        }
        at = i;
    }

    private void millis(long micros) {
        if (micros < 0) {
            put(NULL);
            return;
        }
        number(micros / 1_000);
        put((byte) '.');
        threeDigits((int) (micros % 1_000));
    }

    private void threeDigits(int number) {
        bytes[at] = (byte) ('0' + number / 100);
        bytes[at + 1] = (byte) ('0' + number / 10 % 10);
        bytes[at + 2] = (byte) ('0' + number % 10);
        at += 3;
    }

    private void numberOrNull(@Nullable Long number) {
        if (number == null) {
            put(NULL);
        } else {
            number(number);
        }
    }

    /** Not negative. */
    private void number(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        at += digits;
    }

    private void put(byte[] constant) {
        System.arraycopy(constant, 0, bytes, at, constant.length);
        at += constant.length;
    }

    private void put(byte b) {
        bytes[at++] = b;
    }
}
