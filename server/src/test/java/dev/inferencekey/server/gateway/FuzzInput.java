package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

/** What the fuzz targets make of their input's bytes. The same bytes always give the same. */
final class FuzzInput {
    private static final byte LONG_RUN = 1;
    private static final byte[] RUN = "x".repeat(5000).getBytes(ISO_8859_1);
    private static final int LONG = 2048;
    private static final int MAX_RUNS = 20;

    private FuzzInput() {}

    static Random random(byte[] data) {
        return new Random(Arrays.hashCode(data));
    }

    /** Each byte 1 as a long run of letters: inputs stay short, but limits of many kilobytes must be reached. */
    static byte[] stretched(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(data.length);
        int runs = 0;
        for (byte b : data) {
            if (b == LONG_RUN && runs++ < MAX_RUNS) {
                out.writeBytes(RUN);
            } else {
                out.write(b);
            }
        }
        return out.toByteArray();
    }

    /** The same bytes in one piece, in pieces of any length, and one by one; what is long in larger pieces. */
    static List<List<ByteBuf>> cuts(byte[] bytes) {
        List<ByteBuf> whole = List.of(Unpooled.wrappedBuffer(bytes));
        Random random = random(bytes);
        return bytes.length > LONG
                ? List.of(whole, cut(bytes, () -> 1 + random.nextInt(RUN.length)), cut(bytes, () -> LONG))
                : List.of(whole, new RandomJson(random).cut(bytes), cut(bytes, () -> 1));
    }

    private static List<ByteBuf> cut(byte[] bytes, IntSupplier pieceLength) {
        List<ByteBuf> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.length; ) {
            int length = Math.min(bytes.length - from, pieceLength.getAsInt());
            pieces.add(Unpooled.wrappedBuffer(bytes, from, length));
            from += length;
        }
        return pieces;
    }
}
