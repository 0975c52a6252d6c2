package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP/2 requests that would be something else once written as HTTP/1.1. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class Http2SmugglingTest {
    private static final String ABSENT = "(left out)";
    private static final String SMUGGLED = "x\r\n\r\nGET /api/smuggled HTTP/1.1\r\nhost: gateway\r\n\r\n";

    /** How the headers of a sound request are changed. */
    enum Shape {
        CR_LF_IN_A_VALUE("x-a", SMUGGLED),
        BARE_LF_IN_A_VALUE("x-a", "b\ntransfer-encoding: chunked"),
        BARE_CR_IN_A_VALUE("x-a", "b\rc"),
        NUL_IN_A_VALUE("x-a", "b\0c"),
        SPACE_IN_FRONT_OF_A_VALUE("x-a", " b"),
        SPACE_BEHIND_A_VALUE("x-a", "b "),
        UPPER_CASE_IN_A_NAME("X-A", "b"),
        COLON_IN_A_NAME("x-a: b\r\nx-c", "d"),
        SPACE_IN_A_NAME("x a", "b"),
        CR_LF_IN_A_NAME("x-a\r\nx-b", "c"),
        NUL_IN_A_NAME("x-a\0", "b"),
        BYTE_BEYOND_ASCII_IN_A_NAME("x-\u00e4", "b"),
        EMPTY_NAME("", "b"),
        TRANSFER_ENCODING("transfer-encoding", "chunked"),
        CONNECTION("connection", "x-a"),
        KEEP_ALIVE("keep-alive", "timeout=5"),
        PROXY_CONNECTION("proxy-connection", "close"),
        UPGRADE("upgrade", "h2c"),
        TE_OTHER_THAN_TRAILERS("te", "chunked"),
        SECOND_METHOD(":method", "GET"),
        SECOND_PATH(":path", "/other"),
        SECOND_SCHEME(":scheme", "https"),
        SECOND_AUTHORITY(":authority", "gateway"),
        UNKNOWN_PSEUDO_HEADER(":protocol", "websocket"),
        PSEUDO_HEADER_OF_AN_ANSWER(":status", "200"),
        HOST_THAT_DIFFERS_FROM_THE_AUTHORITY("host", "elsewhere"),
        TWO_LENGTHS("content-length", "27", "content-length", "28"),
        /** Netty makes one of these two; see {@link #equalLengthsAreOneLength}. */
        EQUAL_LENGTHS_TWICE("content-length", "27", "content-length", "27"),
        LENGTH_WITH_A_SIGN("content-length", "+27"),
        LENGTH_IN_HEXADECIMAL("content-length", "0x1b"),
        LENGTH_AS_A_LIST("content-length", "27, 27"),
        LENGTH_BEYOND_ALL_MEASURE("content-length", "99999999999999999999"),
        EMPTY_LENGTH("content-length", ""),
        METHOD_WITH_A_REQUEST_LINE(":method", "GET /api/smuggled HTTP/1.1\r\nhost: a\r\n\r\nPOST", true),
        METHOD_WITH_A_SPACE(":method", "GET /api/smuggled", true),
        EMPTY_METHOD(":method", "", true),
        PATH_WITH_A_VERSION(":path", "/api/smuggled HTTP/1.1", true),
        PATH_WITH_CR_LF(":path", "/ HTTP/1.1\r\nhost: a\r\n\r\nGET /api/smuggled", true),
        PATH_WITH_A_TAB(":path", "/\tx", true),
        PATH_IN_ABSOLUTE_FORM(":path", "http://gateway/api", true),
        PATH_WITHOUT_A_SLASH(":path", "api", true),
        EMPTY_PATH(":path", "", true),
        STAR_FOR_ANOTHER_METHOD(":path", "*", true),
        AUTHORITY_WITH_CR_LF(":authority", "gateway\r\nx-a: b", true),
        AUTHORITY_WITH_A_SPACE(":authority", "gate way", true),
        AUTHORITY_WITH_A_USER(":authority", "user@gateway", true),
        AUTHORITY_WITH_A_PATH(":authority", "gateway/x", true),
        OTHER_SCHEME(":scheme", "ftp", true),
        NO_METHOD(":method", ABSENT, true),
        NO_PATH(":path", ABSENT, true),
        NO_SCHEME(":scheme", ABSENT, true),
        NO_AUTHORITY_AND_NO_HOST(":authority", ABSENT, true);

        private final boolean replaces;
        private final List<String> fields = new ArrayList<>();

        Shape(String... fields) {
            this.replaces = false;
            this.fields.addAll(List.of(fields));
        }

        Shape(String name, String value, boolean replaces) {
            this.replaces = replaces;
            fields.add(name);
            fields.add(value);
        }

        List<String> request(String key) {
            List<String> sound = sound(key);
            if (!replaces) {
                sound.addAll(fields);
                return sound;
            }
            int at = sound.indexOf(fields.getFirst());
            if (fields.getLast().equals(ABSENT)) {
                sound.subList(at, at + 2).clear();
            } else {
                sound.set(at + 1, fields.getLast());
            }
            return sound;
        }
    }

    private final FakeModelServer model = FakeModelServer.answering("application/json", "{\"ok\":true}");
    private final FakeModelServer manager = FakeModelServer.answering("application/json", "[]");
    private SSLContext trust;
    private GatewayFixture gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        TestIdentity authority = TestIdentity.authority("test root");
        trust = authority.client(null);
        EdgeConfig edge =
                EdgeConfig.defaults().withTls(authority.issue("server").write(folder));
        gateway = new GatewayFixture(GatewayConfig.builder().edge(edge), manager).serve("bot", model);
    }

    @AfterAll
    void stop() throws IOException {
        gateway.close();
        model.close();
        manager.close();
    }

    static List<String> sound(String key) {
        return new ArrayList<>(List.of(
                ":method",
                "POST",
                ":path",
                CHAT,
                ":scheme",
                "https",
                ":authority",
                "gateway",
                "authorization",
                "Bearer " + key,
                "content-type",
                "application/json"));
    }

    private RawHttp2Client client() throws IOException {
        return new RawHttp2Client(trust, gateway.server.port());
    }

    private void nothingCame() throws IOException {
        try (RawHttp2Client after = client()) {
            after.headers(1, false, sound(gateway.key.reveal())).data(1, true, BODY);
            assertThat(after.answer(1).body()).isEqualTo("{\"ok\":true}");
        }
        assertThat(model.next().text()).contains("messages"); // The one just sent.
        assertThat(model.seen()).isZero();
        assertThat(manager.seen()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"EQUAL_LENGTHS_TWICE", "LENGTH_AS_A_LIST"})
    void aRequestOfThisShapeEndsItsStreamAndReachesNobody(Shape shape) throws IOException {
        try (RawHttp2Client client = client()) {
            client.headers(1, false, shape.request(gateway.key.reveal()));
            RawHttp2Client.Frame answer = client.next();
            assertThat(answer.type()).isIn(RawHttp2Client.RST_STREAM, RawHttp2Client.GOAWAY);
            assertThat(answer.errorCode()).isEqualTo(1); // PROTOCOL_ERROR
        }
        nothingCame();
    }

    /** The decoder in front refuses most of them; this does not rely on it. */
    @ParameterizedTest
    @EnumSource
    void theTranslationItselfRefusesThisShape(Shape shape) {
        assertThat(Http2RequestHead.read(headers(shape.request("k")), false)).isNull();
    }

    private static Http2Headers headers(List<String> fields) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.size(); i += 2) {
            headers.add(
                    new AsciiString(fields.get(i).getBytes(ISO_8859_1)),
                    new AsciiString(fields.get(i + 1).getBytes(ISO_8859_1)));
        }
        return headers;
    }

    @Test
    void aBodyLongerThanDeclaredIsNoSecondRequest() throws IOException {
        List<String> request = sound(gateway.key.reveal());
        request.addAll(List.of("content-length", Integer.toString(BODY.length())));
        try (RawHttp2Client client = client()) {
            client.headers(1, false, request).data(1, true, BODY + SMUGGLED);
            assertThat(client.next().errorCode()).isEqualTo(1);
        }
        nothingCame();
    }

    @Test
    void equalLengthsAreOneLength() throws IOException {
        String length = Integer.toString(BODY.length());
        for (List<String> lengths : List.of(
                List.of("content-length", length, "content-length", length),
                List.of("content-length", length + ", " + length))) {
            List<String> request = sound(gateway.key.reveal());
            request.addAll(lengths);
            try (RawHttp2Client client = client()) {
                client.headers(1, false, request).data(1, true, BODY + SMUGGLED);
                assertThat(client.next().errorCode()).isEqualTo(1);
            }
        }
        nothingCame();
    }

    @Test
    void aBodyShorterThanDeclaredIsNotServed() throws IOException {
        List<String> request = sound(gateway.key.reveal());
        request.addAll(List.of("content-length", Integer.toString(BODY.length() + 1)));
        try (RawHttp2Client client = client()) {
            client.headers(1, false, request).data(1, true, BODY);
            assertThat(client.next().errorCode()).isEqualTo(1);
        }
        nothingCame();
    }

    @Test
    void aLengthWithoutABodyIsRefused() throws IOException {
        List<String> request = sound(gateway.key.reveal());
        request.addAll(List.of("content-length", "5"));
        try (RawHttp2Client client = client()) {
            client.headers(1, true, request);
            assertThat(client.next().errorCode()).isEqualTo(1);
        }
        nothingCame();
    }

    @Test
    void chunksInsideOfABodyAreJustBytes() throws IOException {
        String body = BODY.substring(0, BODY.length() - 1) + ",\"x\":\"0\\r\\n\\r\\nGET /\"}";
        try (RawHttp2Client client = client()) {
            client.headers(1, false, sound(gateway.key.reveal()))
                    .data(1, false, "")
                    .data(1, false, body)
                    .data(1, true, "");
            assertThat(client.answer(1).status()).isEqualTo(200);
        }
        assertThat(model.next().text()).contains("0\\r\\n\\r\\nGET /");
        nothingCame();
    }

    @Test
    void trailersThatCarryFramingAreRefused() throws IOException {
        for (List<String> trailers :
                List.of(List.of("transfer-encoding", "chunked"), List.of(":path", "/x"), List.of("x-a", "b\r\nc: d"))) {
            try (RawHttp2Client client = client()) {
                client.headers(1, false, sound(gateway.key.reveal()))
                        .data(1, false, BODY)
                        .headers(1, true, trailers);
                assertThat(client.next().errorCode()).isEqualTo(1);
            }
            nothingCame();
        }
    }

    @Test
    void aSoundRequestIsWrittenAsOneHead() {
        Http2Headers headers = headers(List.of(
                ":method",
                "POST",
                ":path",
                "/a?b=c",
                ":scheme",
                "https",
                ":authority",
                "gateway:8443",
                "host",
                "GATEWAY:8443",
                "cookie",
                "a=b",
                "x-a",
                "\u00e4",
                "te",
                "trailers",
                "cookie",
                "c=d"));
        Http2RequestHead head = Http2RequestHead.read(headers, false);
        assertThat(head).isNotNull();
        ByteBuf out = Unpooled.buffer();
        head.writeTo(out);
        assertThat(out.toString(ISO_8859_1))
                .isEqualTo(String.join(
                        "\r\n",
                        "POST /a?b=c HTTP/1.1",
                        "host: gateway:8443",
                        "x-a: \u00e4",
                        "cookie: a=b; c=d",
                        "transfer-encoding: chunked",
                        "",
                        ""));
    }
}
