package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HeadReaderTest {
    private static final GatewayConfig CONFIG = GatewayConfig.builder()
            .maxRequestLineBytes(256)
            .maxHeaderBytes(1024)
            .build();
    private static final byte[] SCRATCH = new byte[1400];
    private static final String[] PARTS = {
        "\r\n",
        "\r\n",
        "GET / HTTP/1.1\r\n",
        "POST /x HTTP/1.0\r\n",
        "a: b\r\n",
        "Connection: close\r\n",
        "\r\n\r\n",
        "\n\n",
        "\n",
        "\r",
        "x",
        ": ",
        "Content-Length: 3\r\n",
        "b: " + "x".repeat(300) + "\r\n"
    };

    @Test
    void aHeadInAnyPiecesIsFoundAsSoonAsItIsThereAndReadAsIfItHadComeAtOnce() {
        int sound = 0;
        int wrong = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "GET / HTTP/1.1\r\n" : "");
            for (int n = random.nextInt(9); n > 0; n--) {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
            byte[] bytes = text.toString().getBytes(ISO_8859_1);
            RequestHead head = new RequestHead(CONFIG);
            int whole = bytes.length == 0 ? MessageHead.INCOMPLETE : head.read(bytes, 0, bytes.length);
            String target = whole >= 0 ? head.target() : "";

            HeadReader reader = new HeadReader();
            ByteBuf in = Unpooled.buffer();
            int most = 1 + random.nextInt(random.nextBoolean() ? 3 : 100);
            int end = MessageHead.INCOMPLETE;
            int fed = 0;
            int before = 0;
            while (fed < bytes.length && end == MessageHead.INCOMPLETE) {
                before = fed;
                fed = Math.min(bytes.length, fed + 1 + random.nextInt(most));
                end = reader.read(in.writeBytes(bytes, before, fed - before), head, SCRATCH);
            }
            if (whole >= 0) {
                assertThat(end).as("seed %d: %s", seed, text).isEqualTo(whole);
                assertThat(whole).isBetween(before + 1, fed);
                assertThat(head.target()).isEqualTo(target);
                sound++;
            } else {
                assertThat(end).as("seed %d: %s", seed, text).isNegative();
                assertThat(whole == MessageHead.INCOMPLETE && end != whole).isFalse();
                wrong += whole == MessageHead.INCOMPLETE ? 0 : 1;
            }
        }
        assertThat(sound).isGreaterThan(1_000);
        assertThat(wrong).isGreaterThan(1_000);
    }

    @Test
    void oneReaderReadsOneHeadAfterTheOther() {
        HeadReader reader = new HeadReader();
        RequestHead head = new RequestHead(CONFIG);
        ByteBuf in = Unpooled.buffer();
        for (int i = 0; i < 3; i++) {
            byte[] bytes = ("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(ISO_8859_1);
            for (int at = 0; at < bytes.length - 1; at++) {
                assertThat(reader.read(in.writeByte(bytes[at]), head, SCRATCH)).isEqualTo(MessageHead.INCOMPLETE);
            }
            assertThat(reader.read(in.writeByte('\n'), head, SCRATCH)).isEqualTo(bytes.length);
            assertThat(head.target()).isEqualTo("/" + i);
            in.skipBytes(bytes.length);
        }
    }
}
