package dev.inferencekey.bench.model;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** What the model server says, encoded once. Thread-safe: what is given out is copied or read-only. */
final class Answers {
    /** Of a single answer's body, bytes. */
    static final int BODY_BYTES = 1_536;

    private static final String USAGE =
            "\"usage\":{\"prompt_tokens\":212,\"completion_tokens\":260,\"total_tokens\":472,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":64}}";
    private static final String BEFORE_TEXT =
            "{\"id\":\"chatcmpl-bench0000000000000000000001\",\"object\":\"chat.completion\",\"created\":1780000000,"
                    + "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
    private static final String AFTER_TEXT = "\"},\"finish_reason\":\"stop\"}]," + USAGE + "}";
    private static final String CHUNK_START =
            "{\"id\":\"chatcmpl-bench0000000000000000000001\",\"object\":\"chat.completion.chunk\",\"created\":1780000000,"
                    + "\"model\":\"bench-model\",";

    static final ByteBuf SINGLE = shared(head("application/json", body()));
    static final ByteBuf MODELS = shared(
            head("application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"bench-model\",\"object\":\"model\"}]}"));
    static final ByteBuf STREAM_HEAD = shared(String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            "Content-Type: text/event-stream",
            "Cache-Control: no-cache",
            "Transfer-Encoding: chunked",
            "",
            ""));
    /** One event as one HTTP chunk; {@link #STAMP_AT} tells where its time goes. */
    static final ByteBuf CHUNK;

    static final ByteBuf STREAM_END =
            shared(event(CHUNK_START + "\"choices\":[]," + USAGE + "}") + event("[DONE]") + "0\r\n\r\n");

    /** Where the digits of the time begin in {@link #CHUNK}. */
    static final int STAMP_AT;

    static {
        String chunk = event(CHUNK_START + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + Stamp.NONE
                + "\"},\"finish_reason\":null}]}");
        CHUNK = shared(chunk);
        STAMP_AT = chunk.lastIndexOf(Stamp.NONE);
    }

    private Answers() {}

    private static String body() {
        String words = "The gateway passes on what the model says and reads only what it must. ";
        int room = BODY_BYTES - BEFORE_TEXT.length() - AFTER_TEXT.length();
        return BEFORE_TEXT + words.repeat(room / words.length() + 1).substring(0, room) + AFTER_TEXT;
    }

    private static String head(String contentType, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    /** An event as one HTTP chunk. */
    private static String event(String data) {
        String text = "data: " + data + "\n\n";
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static ByteBuf shared(String text) {
        ByteBuf direct = Unpooled.directBuffer(text.length());
        direct.writeBytes(text.getBytes(US_ASCII));
        return Unpooled.unreleasableBuffer(direct);
    }
}
