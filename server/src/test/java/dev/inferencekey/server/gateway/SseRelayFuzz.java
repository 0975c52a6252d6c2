package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.gateway.UsageScanFuzz.Found;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;

/**
 * Any bytes as a stream of events (the first byte says whether the usage chunk is hidden): what comes out is what went in without the
 * events that are nothing but usage, however the bytes are cut.
 */
public final class SseRelayFuzz {
    private record Result(String text, boolean done, Found usage) {}

    private SseRelayFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        boolean hide = (data[0] & 1) != 0;
        byte[] stream = FuzzInput.stretched(Arrays.copyOfRange(data, 1, data.length));
        Expected expected = new Expected(hide, new String(stream, ISO_8859_1));
        Result whole = null;
        for (List<ByteBuf> pieces : FuzzInput.cuts(stream)) {
            Result result = relayed(hide, pieces);
            whole = whole == null ? result : whole;
            assertThat(result.usage).isEqualTo(whole.usage);
            assertThat(result.done).isEqualTo(expected.done);
            if (!expected.hidesMoreThanIsHeld && !JsonTree.hasHalfAPair(stream)) {
                assertThat(result.text).isEqualTo(expected.out.toString());
            }
        }
    }

    private static Result relayed(boolean hide, List<ByteBuf> pieces) {
        UsageScan usage = new UsageScan();
        SseRelay relay = new SseRelay(hide, usage, UnpooledByteBufAllocator.DEFAULT);
        ByteBuf out = Unpooled.buffer();
        for (ByteBuf piece : pieces) {
            relay.feed(piece, out);
        }
        relay.end(out);
        relay.release();
        return new Result(out.toString(ISO_8859_1), relay.doneSeen(), Found.of(usage));
    }

    /** The same from the whole text, line by line. A line feed behind a carriage return belongs to what follows. */
    private static final class Expected {
        private final boolean hide;
        private final StringBuilder out = new StringBuilder();
        private final StringBuilder data = new StringBuilder();
        private boolean done;
        private boolean hidesMoreThanIsHeld;

        Expected(boolean hide, String text) {
            this.hide = hide;
            boolean fields = false;
            int event = 0;
            int line = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\n' && i > 0 && text.charAt(i - 1) == '\r') {
                    line = i + 1;
                } else if (c == '\n' || c == '\r') {
                    boolean comment = text.startsWith(":", line);
                    boolean blank = i == line;
                    if (!blank && !comment) {
                        fields = true;
                        data(text.substring(line, i), true);
                    }
                    line = i + 1;
                    if (blank || (comment && !fields)) {
                        event(text.substring(event, i + 1));
                        event = i + 1;
                        fields = false;
                    }
                }
            }
            data(text.substring(line), false);
            event(text.substring(event));
        }

        private void data(String line, boolean ended) {
            if (!line.startsWith("data:")) {
                return;
            }
            String value = line.substring(line.startsWith("data: ") ? "data: ".length() : "data:".length());
            data.append(value).append(ended ? "\n" : "");
            done |= ended && value.equals("[DONE]");
        }

        private void event(String event) {
            JsonTree tree = hide ? JsonTree.parse(data.toString().getBytes(ISO_8859_1)) : null;
            boolean hidden = tree != null && UsageScanFuzz.expected(tree).usageOnly();
            if (!hidden) {
                out.append(event);
            }
            hidesMoreThanIsHeld |= hidden && event.length() > SseRelay.MAX_HELD_BYTES;
            data.setLength(0);
        }
    }
}
