package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes random JSON text, odd but valid, and cuts bytes into random pieces. */
final class RandomJson {
    private static final String[] STRINGS = {
        "",
        "a",
        "model",
        "stream",
        "\\\"model\\\"",
        "\\u006dodel",
        "é",
        "日本語",
        "😀",
        "\\ud83d\\ude00",
        "\\\\",
        "\\n\\t\\/",
        "a longer text that spans more than one machine word, with \\\"quotes\\\" and { } [ ] : , in it",
        "\u007f"
    };
    private static final String[] NUMBERS = {
        "0", "-0", "1", "12345678901234567890", "1.50", "-2e10", "3E+2", "0.1e-7", "100"
    };
    private static final String[] SPACES = {"", "", "", " ", "\n", "\t\r\n", "   "};

    private final Random random;

    RandomJson(Random random) {
        this.random = random;
    }

    /** An object with members from {@code keys} (as they are spelled in JSON, without quotes) and others. */
    String object(int depth, String... keys) {
        StringBuilder text = new StringBuilder("{").append(space());
        int members = random.nextInt(6);
        for (int i = 0; i < members; i++) {
            if (i > 0) {
                text.append(',');
            }
            String key = random.nextBoolean() ? pick(keys) : pick(STRINGS);
            text.append(space())
                    .append('"')
                    .append(key)
                    .append('"')
                    .append(space())
                    .append(':');
            text.append(space()).append(value(depth - 1, keys)).append(space());
        }
        return text.append('}').toString();
    }

    String value(int depth, String... keys) {
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0, 1 -> '"' + pick(STRINGS) + '"';
            case 2 -> pick(NUMBERS);
            case 3 -> "true";
            case 4 -> "false";
            case 5 -> "null";
            case 6, 7 -> object(depth, keys);
            default -> array(depth, keys);
        };
    }

    private String array(int depth, String... keys) {
        StringBuilder text = new StringBuilder("[").append(space());
        int elements = random.nextInt(4);
        for (int i = 0; i < elements; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(space())
                    .append(value(depth - 1, keys))
                    .append(space());
        }
        return text.append(']').toString();
    }

    String space() {
        return pick(SPACES);
    }

    String pick(String... from) {
        return from[random.nextInt(from.length)];
    }

    /** The bytes in random pieces, some of one byte, some whole. */
    List<ByteBuf> cut(byte[] bytes) {
        List<ByteBuf> pieces = new ArrayList<>();
        int most = random.nextBoolean() ? 1 + random.nextInt(4) : 1 + random.nextInt(200);
        int from = 0;
        while (from < bytes.length) {
            int length = Math.min(bytes.length - from, 1 + random.nextInt(most));
            pieces.add(Unpooled.copiedBuffer(bytes, from, length));
            from += length;
        }
        return pieces;
    }
}
