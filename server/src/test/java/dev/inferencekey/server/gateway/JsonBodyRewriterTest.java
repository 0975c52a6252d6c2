package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class JsonBodyRewriterTest {
    private static final String MODEL = "org/served \"model\" é";
    private static final String MODEL_JSON = "\"org/served \\\"model\\\" é\"";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String[] KEYS = {
        "model",
        "mod\\u0065l",
        "\\u006d\\u006Fdel",
        "stream",
        "stream_options",
        "str\\u0065am_options",
        "include_usage",
        "models",
        "Model",
        "messages"
    };

    /** What came out, or null if the body was refused. */
    private record Result(String text, boolean accepted, boolean usageForced) {}

    private static Result rewrite(boolean meterStream, List<ByteBuf> pieces) {
        JsonBodyRewriter rewriter = new JsonBodyRewriter(meterStream);
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        boolean sound = true;
        for (ByteBuf piece : pieces) {
            sound = sound && rewriter.feed(piece, out);
        }
        ByteBuf whole = Unpooled.buffer();
        byte[] model = MODEL_JSON.getBytes(UTF_8);
        out.appendTo(whole, model);
        if (sound) {
            assertThat(out.length(model.length)).isEqualTo(whole.readableBytes());
        }
        out.release();
        return new Result(whole.toString(UTF_8), sound && rewriter.complete(), rewriter.usageForced());
    }

    private static Result rewrite(String body) {
        return rewrite(true, List.of(Unpooled.copiedBuffer(body, UTF_8)));
    }

    @Test
    void replacesTheTopLevelModelAndNoOtherByte() {
        String body =
                "{ \"a\":1.50 ,\n\"model\" : \"bot\", \"x\":{\"model\":\"inner\"},\"y\":[{\"model\":1}],\"n\":1e400 }";
        assertThat(rewrite(body).text()).isEqualTo(body.replace("\"bot\"", MODEL_JSON));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"bot\"", "null", "12.5e3", "true", "{\"model\":\"x\"}", "[\"a\",{\"b\":[]}]", "\"\"", "0"})
    void replacesAModelOfAnyType(String value) {
        assertThat(rewrite("{\"model\":" + value + ",\"z\":1}").text())
                .isEqualTo("{\"model\":" + MODEL_JSON + ",\"z\":1}");
        assertThat(rewrite("{\"model\":" + value + "}").text()).isEqualTo("{\"model\":" + MODEL_JSON + "}");
    }

    @Test
    void replacesEveryTopLevelModelHoweverItsKeyIsSpelled() {
        assertThat(rewrite("{\"model\":\"a\",\"mod\\u0065l\":\"b\",\"\\u006Dodel\":\"c\"}")
                        .text())
                .isEqualTo("{\"model\":" + MODEL_JSON + ",\"mod\\u0065l\":" + MODEL_JSON + ",\"\\u006Dodel\":"
                        + MODEL_JSON + "}");
    }

    @Test
    void leavesABodyWithoutModelAsItIs() {
        assertThat(rewrite("{}").text()).isEqualTo("{}");
        assertThat(rewrite(" {\"models\":\"x\"} \n").text()).isEqualTo(" {\"models\":\"x\"} \n");
    }

    @Test
    void asksForTheUsageOfAStreamThatTheCallerDidNotAskFor() {
        Result added = rewrite("{\"stream\":true}");
        assertThat(added.text()).isEqualTo("{\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
        assertThat(added.usageForced()).isTrue();
        Result turned = rewrite("{\"stream_options\":{\"include_usage\":false},\"stream\":true}");
        assertThat(turned.text()).isEqualTo("{\"stream_options\":{\"include_usage\":true},\"stream\":true}");
        assertThat(turned.usageForced()).isTrue();
        Result extended = rewrite("{\"stream\":true,\"stream_options\":{\"other\":1}}");
        assertThat(extended.text())
                .isEqualTo("{\"stream\":true,\"stream_options\":{\"other\":1,\"include_usage\":true}}");
        Result filled = rewrite("{\"stream\":true,\"stream_options\":{ }}");
        assertThat(filled.text()).isEqualTo("{\"stream\":true,\"stream_options\":{ \"include_usage\":true}}");
    }

    @Test
    void overrulesAnExplicitNull() {
        Result result = rewrite("{\"stream_options\":null,\"stream\":true}");
        assertThat(JSON.readTree(result.text())
                        .at("/stream_options/include_usage")
                        .asBoolean())
                .isTrue();
        assertThat(result.usageForced()).isTrue();
    }

    @Test
    void leavesTheUsageToACallerWhoAskedForIt() {
        String body = "{\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
        assertThat(rewrite(body).text()).isEqualTo(body);
        assertThat(rewrite(body).usageForced()).isFalse();
    }

    @Test
    void doesNotAskForUsageWhereNothingIsStreamed() {
        for (String body : List.of("{\"stream\":false}", "{\"stream\":null}", "{}", "{\"x\":{\"stream\":true}}")) {
            assertThat(rewrite(body).text()).isEqualTo(body);
            assertThat(rewrite(body).usageForced()).isFalse();
        }
        String stream = "{\"stream\":true}";
        assertThat(rewrite(false, List.of(Unpooled.copiedBuffer(stream, UTF_8))).text())
                .isEqualTo(stream);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "\"x\"",
                "1",
                "null",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":1e}",
                "{\"a\":-}",
                "{\"a\":tru}",
                "{\"a\":True}",
                "{\"a\":NaN}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":[1,]}",
                "{\"a\":[1}",
                "{\"a\":1]",
                "{} {}",
                "{}x",
                "{\"a\":1 2}",
                "{\"a\" 1}",
                "\uFEFF{}",
                "{\"a\":\"b}",
                "{,}",
                "{\"model\":}",
                "{\"model\":\"x\"",
                "{\"model\":tru}"
            })
    void refusesWhatIsNoJsonObject(String body) {
        assertThat(rewrite(body).accepted()).isFalse();
    }

    @Test
    void refusesInvalidUtf8() {
        byte[][] bad = {
            {(byte) 0xc0, (byte) 0x80},
            {(byte) 0xff},
            {(byte) 0x80},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            {(byte) 0xe2, (byte) 0x82},
            {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xe0, (byte) 0x80, (byte) 0x80}
        };
        for (byte[] bytes : bad) {
            ByteBuf body = Unpooled.buffer()
                    .writeBytes("{\"a\":\"".getBytes(UTF_8))
                    .writeBytes(bytes)
                    .writeBytes("\"}".getBytes(UTF_8));
            assertThat(rewrite(true, List.of(body)).accepted()).isFalse();
        }
    }

    @Test
    void boundsTheDepth() {
        String deepest = "{\"a\":" + "[".repeat(JsonScan.MAX_DEPTH - 1) + "]".repeat(JsonScan.MAX_DEPTH - 1) + "}";
        String deeper = "{\"a\":" + "[".repeat(JsonScan.MAX_DEPTH) + "]".repeat(JsonScan.MAX_DEPTH) + "}";
        assertThat(rewrite(deepest).accepted()).isTrue();
        assertThat(rewrite(deeper).accepted()).isFalse();
        assertThat(rewrite("{\"a\":" + "[".repeat(1_000_000)).accepted()).isFalse();
    }

    @Test
    void anyObjectInAnyPiecesKeepsItsMeaningButForModelAndUsage() {
        for (int seed = 0; seed < 6_000; seed++) {
            RandomJson random = new RandomJson(new Random(seed));
            String body = random.space() + random.object(4, KEYS) + random.space();
            boolean meter = seed % 2 == 0;
            Result result = rewrite(meter, random.cut(body.getBytes(UTF_8)));
            assertThat(result.accepted()).as("seed %d: %s", seed, body).isTrue();
            ObjectNode expected = (ObjectNode) JSON.readTree(body);
            JsonNode options = expected.get("stream_options");
            boolean stream = expected.path("stream").isBoolean()
                    && expected.path("stream").asBoolean();
            if (expected.has("model")) {
                expected.put("model", MODEL);
            }
            if (meter && options instanceof ObjectNode object) {
                object.put("include_usage", true);
            } else if (meter && stream && (options == null || options.isNull())) {
                expected.putObject("stream_options").put("include_usage", true);
            }
            assertThat(JSON.readTree(result.text()))
                    .as("seed %d: %s", seed, body)
                    .isEqualTo(expected);
        }
    }

    @Test
    void bytesOutsideTheEditsStayTheSameInAnyPieces() {
        for (int seed = 0; seed < 6_000; seed++) {
            RandomJson random = new RandomJson(new Random(seed));
            String before = "{\"x\":" + random.value(4, KEYS) + "," + random.space() + "\"model\"" + random.space()
                    + ":" + random.space();
            String after = random.space() + ",\"y\":" + random.value(4, KEYS) + "}";
            String body = before + random.value(3, KEYS) + after;
            String got = rewrite(false, random.cut(body.getBytes(UTF_8))).text();
            assertThat(got).as("seed %d: %s", seed, body).isEqualTo(before + MODEL_JSON + after);
        }
    }

    @Test
    void acceptsExactlyWhatAnotherStrictParserAccepts() {
        int accepted = 0;
        int refused = 0;
        for (int seed = 0; seed < 12_000; seed++) {
            Random random = new Random(seed);
            RandomJson json = new RandomJson(random);
            byte[] bytes = json.object(3, KEYS).getBytes(UTF_8);
            byte[] damaged = damage(bytes, random);
            if (JsonTree.hasHalfAPair(damaged)) {
                continue;
            }
            boolean expected = isJsonObject(damaged);
            assertThat(rewrite(true, json.cut(damaged)).accepted())
                    .as("seed %d: %s", seed, new String(damaged, UTF_8))
                    .isEqualTo(expected);
            if (expected) {
                accepted++;
            } else {
                refused++;
            }
        }
        assertThat(accepted).isGreaterThan(1000);
        assertThat(refused).isGreaterThan(1000);
    }

    private static byte[] damage(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        String alphabet = "{}[]\":,\\ 0123456789.eE+-truefalsn\n\u0001";
        int at = random.nextInt(damaged.length);
        switch (random.nextInt(4)) {
            case 0 -> damaged[at] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            case 1 -> damaged[at] = (byte) random.nextInt(256);
            case 2 -> damaged = Arrays.copyOf(damaged, at);
            default -> {
                byte[] longer = new byte[damaged.length + 1];
                System.arraycopy(damaged, 0, longer, 0, at);
                longer[at] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
                System.arraycopy(damaged, at, longer, at + 1, damaged.length - at);
                damaged = longer;
            }
        }
        return damaged;
    }

    private static boolean isJsonObject(byte[] bytes) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return JSON.readTree(text).isObject();
        } catch (CharacterCodingException | JacksonException e) {
            return false;
        }
    }
}
