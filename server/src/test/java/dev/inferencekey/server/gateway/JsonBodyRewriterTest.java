package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

final class JsonBodyRewriterTest {
    private static final String MODEL_JSON = "\"org/served \\\"model\\\" é\"";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String[] KEYS = {
        "model",
        "mod\\u0065l",
        "\\u006d\\u006Fdel",
        "stream",
        "stream_options",
        "str\\u0065am_options",
        "include_usage",
        "Include_usage",
        "models",
        "Model",
        "n",
        "\u017ftream",
        "max_to\u212aens",
        "max_tokens",
        "messages"
    };

    /** What came out, or null if the body was refused. */
    private record Result(String text, boolean accepted, boolean usageForced, String problem) {}

    private static Result rewrite(boolean meterStream, List<ByteBuf> pieces) {
        JsonBodyRewriter rewriter = new JsonBodyRewriter(meterStream, null);
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
        return new Result(
                whole.toString(UTF_8), sound && rewriter.complete(), rewriter.usageForced(), rewriter.problem());
    }

    private static Result rewrite(String body) {
        return rewrite(true, List.of(Unpooled.copiedBuffer(body, UTF_8)));
    }

    @Test
    void replacesTheTopLevelModelAndNoOtherByte() {
        String body =
                "{ \"a\":1.50 ,\n\"model\" : \"bot\", \"x\":{\"model\":\"inner\"},\"y\":[{\"model\":1}],\"top_k\":1e400 }";
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

    @ParameterizedTest
    @ValueSource(strings = {"model", "mod\\u0065l", "\\u006Dodel", "\\u006d\\u006f\\u0064\\u0065\\u006C"})
    void replacesTheModelHoweverItsKeyIsSpelled(String key) {
        assertThat(rewrite("{\"" + key + "\":\"a\",\"b\":1}").text())
                .isEqualTo("{\"" + key + "\":" + MODEL_JSON + ",\"b\":1}");
    }

    @Test
    void putsAMissingModelIn() {
        assertThat(rewrite("{}").text()).isEqualTo("{\"model\":" + MODEL_JSON + "}");
        assertThat(rewrite(" {\"models\":\"x\"} \n").text())
                .isEqualTo(" {\"models\":\"x\",\"model\":" + MODEL_JSON + "} \n");
        assertThat(rewrite("{\"x\":{\"model\":1}}").text())
                .isEqualTo("{\"x\":{\"model\":1},\"model\":" + MODEL_JSON + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Model",
                "MODEL",
                "mod\\u0045l",
                "model\\u0000",
                "model\\u0000 and more than any key that is asked for",
                "\u017ftream",
                "\\u017ftream",
                "Stream",
                "stream_opt\u0130ons",
                "stream_opt\u0131ons",
                "\\u017Ftream_options",
                "max_to\u212aens",
                "MAX_TOKENS",
                "max_completion_to\\u212aens",
                "Max_Output_Tokens",
                "N",
                "n\\u0000"
            })
    void refusesWhatSomeReadersTakeForAMember(String key) {
        for (String body : new String[] {
            "{\"" + key + "\":null}",
            "{\"model\":\"m\",\"" + key + "\":null}",
            "{\"" + key + "\":null,\"model\":\"m\",\"stream\":true}"
        }) {
            Result result = rewrite(body);
            assertThat(result.accepted()).as(body).isFalse();
            assertThat(result.problem()).as(body).contains("some readers take for");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "stream", "stream_options", "max_tokens", "n", "mod\\u0065l"})
    void refusesAMemberThatIsThereTwice(String key) {
        String name = key.replace("\\u0065", "e");
        Result result = rewrite("{\"" + name + "\":null,\"x\":1,\"" + key + "\":null}");
        assertThat(result.accepted()).isFalse();
        assertThat(result.problem()).isEqualTo("the body has the member \"" + name + "\" twice; send it once");
        String options = "{\"stream_options\":{\"include_usage\":true,\"%s\":false}}";
        assertThat(rewrite(options.formatted("include_usage")).accepted()).isFalse();
        assertThat(rewrite(options.formatted("Include_Usage")).accepted()).isFalse();
        assertThat(rewrite(options.formatted("other")).accepted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"stream\":1",
                "\"stream\":\"true\"",
                "\"stream\":{}",
                "\"stream_options\":true",
                "\"stream_options\":[]",
                "\"max_tokens\":\"7\"",
                "\"max_tokens\":7.5",
                "\"max_tokens\":1e3",
                "\"max_completion_tokens\":[7]",
                "\"max_output_tokens\":99999999999999999999",
                "\"n\":true"
            })
    void refusesAValueThatReadersTakeForDifferentOnes(String member) {
        Result result = rewrite("{" + member + "}");
        assertThat(result.accepted()).isFalse();
        assertThat(result.problem()).contains(member.substring(0, member.indexOf(':')) + " must be ");
    }

    @Test
    void takesAByteOrderMarkOff() {
        assertThat(rewrite("\uFEFF{\"model\":1}").text()).isEqualTo("{\"model\":" + MODEL_JSON + "}");
        assertThat(rewrite("\uFEFF\uFEFF{}").accepted()).isFalse();
        assertThat(rewrite(" \uFEFF{}").accepted()).isFalse();
        assertThat(rewrite("\uFEFF").accepted()).isFalse();
    }

    @Test
    void asksForTheUsageOfAStreamThatTheCallerDidNotAskFor() {
        Result added = rewrite("{\"model\":1,\"stream\":true}");
        assertThat(added.text())
                .isEqualTo(
                        "{\"model\":" + MODEL_JSON + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
        assertThat(added.usageForced()).isTrue();
        Result both = rewrite("{\"stream\":true}");
        assertThat(both.text())
                .isEqualTo(
                        "{\"stream\":true,\"model\":" + MODEL_JSON + ",\"stream_options\":{\"include_usage\":true}}");
        Result turned = rewrite("{\"stream_options\":{\"include_usage\":false},\"stream\":true,\"model\":1}");
        assertThat(turned.text())
                .isEqualTo(
                        "{\"stream_options\":{\"include_usage\":true},\"stream\":true,\"model\":" + MODEL_JSON + "}");
        assertThat(turned.usageForced()).isTrue();
        Result extended = rewrite("{\"model\":1,\"stream\":true,\"stream_options\":{\"other\":1}}");
        assertThat(extended.text())
                .isEqualTo("{\"model\":" + MODEL_JSON
                        + ",\"stream\":true,\"stream_options\":{\"other\":1,\"include_usage\":true}}");
        Result filled = rewrite("{\"model\":1,\"stream\":true,\"stream_options\":{ }}");
        assertThat(filled.text())
                .isEqualTo(
                        "{\"model\":" + MODEL_JSON + ",\"stream\":true,\"stream_options\":{ \"include_usage\":true}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{%s,\"model\":1,\"stream\":true}",
                "{\"model\":1,%s,\"stream\":true}",
                "{\"model\":1,\"stream\":true,%s}",
                "{\"stream\":true , %s , \"model\":1}",
                "{%s,\"model\":1}",
                "{\"model\":1,%s}",
                "{\"model\":1, %s , \"stream\":false}",
                "{%s}",
                "{ %s }"
            })
    void replacesAnExplicitNullAndDoesNotDoubleIt(String body) {
        for (String member : new String[] {"\"stream_options\":null", "\"str\\u0065am_options\" : null"}) {
            String sent = body.formatted(member);
            byte[] bytes = sent.getBytes(UTF_8);
            for (int cut = 0; cut <= bytes.length; cut++) {
                Result result = rewrite(
                        true,
                        List.of(
                                Unpooled.wrappedBuffer(bytes, 0, cut),
                                Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut)));
                assertThat(result.accepted()).as("%s cut at %d", sent, cut).isTrue();
                assertThat(STRICT.readTree(result.text()).get("stream_options"))
                        .as("%s cut at %d: %s", sent, cut, result.text())
                        .isEqualTo(
                                JSON.readTree(sent.contains("\"stream\":true") ? "{\"include_usage\":true}" : "null"));
                assertThat(result.usageForced()).isEqualTo(sent.contains("\"stream\":true"));
            }
        }
    }

    @Test
    void leavesTheUsageToACallerWhoAskedForIt() {
        String body = "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":1}";
        assertThat(rewrite(body).text()).isEqualTo(body.replace("1", MODEL_JSON));
        assertThat(rewrite(body).usageForced()).isFalse();
    }

    @Test
    void doesNotAskForUsageWhereNothingIsStreamed() {
        for (String body : List.of("{\"stream\":false}", "{\"stream\":null}", "{}", "{\"x\":{\"stream\":true}}")) {
            assertThat(rewrite(body).text()).doesNotContain("stream_options");
            assertThat(rewrite(body).usageForced()).isFalse();
        }
        for (String stream : List.of("{\"stream\":true,\"model\":1}", "{\"stream_options\":null,\"model\":1}")) {
            assertThat(rewrite(false, List.of(Unpooled.copiedBuffer(stream, UTF_8)))
                            .text())
                    .isEqualTo(stream.replace("1", MODEL_JSON));
        }
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
                "\uFEFF",
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
        int accepted = 0;
        for (int seed = 0; seed < 12_000; seed++) {
            RandomJson random = new RandomJson(new Random(seed));
            String body = random.space() + random.object(4, KEYS) + random.space();
            accepted += ModelRewriteFuzz.check(seed % 2 == 0, body.getBytes(UTF_8)) ? 1 : 0;
        }
        assertThat(accepted).isBetween(3_000, 11_000);
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
            boolean expected = isClearJsonObject(damaged);
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

    private static boolean isClearJsonObject(byte[] bytes) {
        return JsonTree.parse(bytes) instanceof JsonTree.Obj object && ModelRewriteFuzz.isClear(object, true);
    }
}
