package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Any bytes as a model server's head: the same result whatever has arrived of it, and what is accepted, Netty reads alike. */
public final class ResponseHeadFuzz {
    private static final int MAX_HEADER_BYTES = 1024;
    private static final int LOOKS = 24;

    private ResponseHeadFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        byte[] bytes = FuzzInput.stretched(data);
        ResponseHead head = new ResponseHead(MAX_HEADER_BYTES);
        int whole = head.read(bytes, 0, bytes.length);
        ResponseHead part = new ResponseHead(MAX_HEADER_BYTES);
        Random random = FuzzInput.random(data);
        for (int look = 0; look < LOOKS; look++) {
            int to = look == 0 && whole > 0
                    ? whole
                    : look == 1 && whole > 0 ? whole - 1 : random.nextInt(bytes.length + 1);
            int seen = part.read(bytes, 0, to);
            if (whole >= 0) {
                assertThat(seen).isEqualTo(to >= whole ? whole : MessageHead.INCOMPLETE);
            } else {
                assertThat(seen).isNegative();
            }
        }
        if (whole >= 0) {
            likeNetty(head, Arrays.copyOf(bytes, whole));
        }
    }

    private static void likeNetty(ResponseHead head, byte[] bytes) {
        List<String> ours = new ArrayList<>();
        head.forEachField((name, value) -> ours.add(name + ": " + value));
        EmbeddedChannel channel = new EmbeddedChannel(new HttpResponseDecoder(RequestReading.strict()));
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        HttpResponse response = channel.readInbound();
        assertThat(response.decoderResult().isSuccess()).isTrue();
        assertThat(response.status().code()).isEqualTo(head.status());
        assertThat(response.protocolVersion().minorVersion()).isEqualTo(head.http11() ? 1 : 0);
        if (head.status() >= 200 && head.status() < 204) { // From others, which have no body, Netty takes headers away.
            List<String> nettys = new ArrayList<>();
            for (Map.Entry<String, String> field : response.headers()) {
                nettys.add(field.getKey() + ": " + field.getValue());
            }
            assertThat(nettys).isEqualTo(ours);
        }
        assertThat(head.contentLength()).isEqualTo(declared(ours));
        ReferenceCountUtil.release(response);
        channel.finishAndReleaseAll();
    }

    private static long declared(List<String> fields) {
        long length = MessageHead.NOT_SAID;
        int said = 0;
        for (String field : fields) {
            String lower = field.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length: ")) {
                length = Long.parseLong(lower.substring("content-length: ".length()));
                said++;
            } else if (lower.startsWith("transfer-encoding: ")) {
                assertThat(lower.getBytes(ISO_8859_1)).isEqualTo("transfer-encoding: chunked".getBytes(ISO_8859_1));
                length = MessageHead.CHUNKED;
                said++;
            }
        }
        assertThat(said).isLessThanOrEqualTo(1);
        return length;
    }
}
