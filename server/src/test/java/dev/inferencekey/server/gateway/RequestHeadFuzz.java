package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Any bytes as what comes over a client's connection: they are the same requests however they are cut, Netty takes them for the same, and
 * what is passed on of a head is a sound head without what is about the connection.
 */
public final class RequestHeadFuzz {
    private static final int[] DIRECTIONS = {
        KnownHeader.TO_MODEL_SERVER,
        KnownHeader.TO_TRACED_MODEL_SERVER,
        KnownHeader.TO_MANAGER,
        KnownHeader.FROM_MODEL_SERVER,
        KnownHeader.FROM_OWN_MODEL_SERVER,
        KnownHeader.FROM_MANAGER
    };
    private static final KnownHeader[] NEVER_PASS = {
        KnownHeader.CONNECTION,
        KnownHeader.CONTENT_LENGTH,
        KnownHeader.TRANSFER_ENCODING,
        KnownHeader.UPGRADE,
        KnownHeader.X_INFERENCEKEY_INTERNAL
    };
    private static final byte[] LINE = "GET / HTTP/1.1\r\n".getBytes(ISO_8859_1);
    private static final byte[] END = "\r\n".getBytes(ISO_8859_1);

    private static final Set<String> KNOWN =
            Arrays.stream(KnownHeader.values()).map(KnownHeader::text).collect(Collectors.toSet());

    private RequestHeadFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        RequestReading whole = RequestReading.ours(data, () -> Math.max(1, data.length));
        Random cuts = FuzzInput.random(data);
        assertThat(RequestReading.ours(data, () -> 1 + cuts.nextInt(40))).isEqualTo(whole);
        assertThat(RequestReading.ours(data, () -> 1)).isEqualTo(whole);
        if (!whole.requests().isEmpty()) {
            List<String> nettys = RequestReading.nettys(data).requests();
            assertThat(nettys).hasSizeGreaterThanOrEqualTo(whole.requests().size());
            assertThat(nettys.subList(0, whole.requests().size())).isEqualTo(whole.requests());
        }
        whatPasses(data);
    }

    private static void whatPasses(byte[] data) {
        RequestHead head = new RequestHead(RequestReading.CONFIG);
        int end = head.read(data, 0, data.length);
        if (end < 0) {
            return;
        }
        Set<String> options = new HashSet<>();
        for (String option : head.list(KnownHeader.CONNECTION).split(",", -1)) {
            options.add(option.strip().toLowerCase(Locale.ROOT));
        }
        for (int direction : DIRECTIONS) {
            ByteBuf out = Unpooled.buffer().writeBytes(LINE);
            head.copyPassing(direction, out);
            out.writeBytes(END);
            byte[] passed = Arrays.copyOf(out.array(), out.writerIndex());
            RequestHead again = new RequestHead(RequestReading.CONFIG);
            assertThat(again.read(passed, 0, passed.length)).isEqualTo(passed.length);
            for (KnownHeader header : NEVER_PASS) {
                assertThat(again.has(header)).isFalse();
            }
            boolean toModel = direction == KnownHeader.TO_MODEL_SERVER;
            assertThat(toModel && (again.has(KnownHeader.AUTHORIZATION) || again.has(KnownHeader.COOKIE)))
                    .isFalse();
            again.forEachField((name, value) -> {
                // What was looked at here passes as it was, whatever Connection lists.
                assertThat(KNOWN.contains(name.toString().toLowerCase(Locale.ROOT))
                                || !options.contains(name.toString().toLowerCase(Locale.ROOT)))
                        .isTrue();
                assertThat(name.toString()).doesNotContain("_");
            });
        }
    }
}
