package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class UsageScanTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static UsageScan scan(String text, long seed) {
        UsageScan scan = new UsageScan();
        int before = 0;
        for (ByteBuf piece : new RandomJson(new Random(seed)).cut(text.getBytes(UTF_8))) {
            byte[] bytes = new byte[piece.readableBytes()];
            piece.getBytes(piece.readerIndex(), bytes);
            scan.scan(bytes, 0, bytes.length, before);
            before += bytes.length;
        }
        return scan;
    }

    private static void expect(String text, @Nullable Long input, @Nullable Long output, @Nullable Long cached) {
        for (int seed = 0; seed < 50; seed++) {
            UsageScan scan = scan(text, seed);
            assertThat(scan.inputTokens(false)).isEqualTo(input);
            assertThat(scan.outputTokens()).isEqualTo(output);
            assertThat(scan.cachedTokens()).isEqualTo(cached);
        }
        if (isJson(text)) {
            UsageScan atOnce = atOnce(text);
            assertThat(atOnce.inputTokens(false)).isEqualTo(input);
            assertThat(atOnce.outputTokens()).isEqualTo(output);
            assertThat(atOnce.cachedTokens()).isEqualTo(cached);
        }
    }

    private static boolean isJson(String text) {
        try {
            return !JSON.readTree(text).isMissingNode();
        } catch (JacksonException e) {
            return false;
        }
    }

    private static UsageScan atOnce(String text) {
        UsageScan scan = new UsageScan();
        ByteBuf in = Unpooled.copiedBuffer(text, UTF_8);
        scan.scanWhole(in, 0, in.writerIndex());
        return scan;
    }

    @Test
    void findsChatUsageWithCachedTokens() {
        expect(
                "{\"id\":\"x\",\"choices\":[{\"message\":{\"content\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":9}\"}}],"
                        + "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34,\"total_tokens\":46,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":8,\"audio_tokens\":0},"
                        + "\"completion_tokens_details\":{\"cached_tokens\":99,\"reasoning_tokens\":3}}}",
                12L,
                34L,
                8L);
    }

    @Test
    void findsUsageInTheWordsOfTheResponsesRoute() {
        expect(
                "{\"usage\":{\"input_tokens\":5,\"input_tokens_details\":{\"cached_tokens\":2},\"output_tokens\":7}}",
                5L,
                7L,
                2L);
        expect(
                "{\"type\":\"response.completed\",\"response\":{\"output\":[{\"usage\":{\"input_tokens\":1}}],"
                        + "\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}}",
                5L,
                7L,
                null);
    }

    @Test
    void isNotTakenInByUsageElsewhereOrOfAnotherType() {
        expect(
                "{\"choices\":[[{\"usage\":{\"prompt_tokens\":1}}]],\"x\":{\"usage\":{\"prompt_tokens\":1}}}",
                null,
                null,
                null);
        expect("{\"usage\":null}", null, null, null);
        expect("{\"usage\":[{\"prompt_tokens\":1}]}", null, null, null);
        expect("{\"usage\":{\"prompt_tokens\":\"7\",\"completion_tokens\":1.5}}", null, null, null);
        expect("{\"usage\":{\"prompt_tokens\":-7,\"completion_tokens\":1e3}}", null, null, null);
        expect("{\"usage\":{\"x\":{\"prompt_tokens\":3}}}", null, null, null);
        expect("{\"usage\":{\"prompt_tokens\":99999999999999999999999}}", null, null, null);
        expect("not json at all {\"usage\":{\"prompt_tokens\":3}}", null, null, null);
        expect("", null, null, null);
    }

    @Test
    void findsUsageInTheDialectsOfOtherProviders() {
        // DeepSeek
        expect(
                "{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"prompt_cache_hit_tokens\":8,\"prompt_cache_miss_tokens\":1}}",
                9L,
                2L,
                8L);
        // Moonshot
        expect("{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"cached_tokens\":7}}", 9L, 2L, 7L);
        expect(
                "{\"choices\":[{\"delta\":{},\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"cached_tokens\":7}}]}",
                9L,
                2L,
                7L);
        // xAI tells reasoning beside the output, others within it.
        String reasoning = "\"completion_tokens_details\":{\"reasoning_tokens\":94}";
        expect(
                "{\"usage\":{\"prompt_tokens\":32,\"completion_tokens\":9,\"total_tokens\":135," + reasoning + "}}",
                32L,
                103L,
                null);
        expect(
                "{\"usage\":{\"prompt_tokens\":32,\"completion_tokens\":103,\"total_tokens\":135," + reasoning + "}}",
                32L,
                103L,
                null);
        // Cohere
        expect(
                "{\"results\":[],\"meta\":{\"billed_units\":{\"input_tokens\":5},\"tokens\":{\"input_tokens\":62}}}",
                62L,
                null,
                null);
        expect("{\"meta\":{\"billed_units\":{\"input_tokens\":5.0,\"output_tokens\":6.0}}}", 5L, 6L, null);
        // Whole numbers that are written as others.
        expect("{\"usage\":{\"prompt_tokens\":100.0,\"completion_tokens\":7.50}}", 100L, null, null);
    }

    @Test
    void aTotalThatStandsAloneIsTheInputWhereNothingIsGenerated() {
        UsageScan alone = scan("{\"results\":[],\"usage\":{\"total_tokens\":62}}", 1);
        assertThat(alone.inputTokens(true)).isEqualTo(62);
        assertThat(alone.inputTokens(false)).isNull();
        assertThat(scan("{\"usage\":{\"total_tokens\":62,\"prompt_tokens\":60}}", 1)
                        .inputTokens(true))
                .isEqualTo(60);
    }

    @Test
    void noticesAnErrorThatIsToldWithinAnAnswer() {
        for (String error : List.of(
                "{\"error\":{\"message\":\"x\"}}",
                "{\"error\":\"x\",\"choices\":[]}",
                "{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\"}}}")) {
            assertThat(scan(error, 1).errorTold()).as(error).isTrue();
        }
        for (String none : List.of(
                "{\"error\":null}",
                "{\"error\":\"\"}",
                "{\"error\":false}",
                "{\"x\":{\"error\":{}}}",
                "{\"choices\":[{\"delta\":{\"content\":\"{\\\"error\\\":{}}\"}}]}",
                "{\"response\":{\"error\":null}}")) {
            assertThat(scan(none, 1).errorTold()).as(none).isFalse();
        }
    }

    @Test
    void findsTheUsageOfALongAnswerWhereverItStands() {
        String text = "\\\"usage\\\":{\\\"prompt_tokens\\\":1},".repeat(200);
        String usage = "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34}";
        String nested = "[[{\"usage\":{\"prompt_tokens\":1}}]]";
        expect("{\"choices\":\"" + text + "\"," + usage + "}", 12L, 34L, null);
        expect("{\"choices\":\"" + text + "\"," + usage + ",\"timings\":{\"a\":[1.5]}}\n", 12L, 34L, null);
        expect("{" + usage + ",\"choices\":\"" + text + "\"}", 12L, 34L, null);
        expect("{" + usage + ",\"choices\":" + nested + "}", 12L, 34L, null);
        expect("{\"choices\":" + nested + "}", null, null, null);
        expect("{\"a\":{" + usage + "}}", null, null, null);
        expect("{\"a\":{\"b\":1," + usage + "},\"response\":{" + usage + "}}", 12L, 34L, null);
    }

    @Test
    void tellsAUsageChunkFromAnyOtherChunk() {
        assertThat(scan("{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}", 1).isUsageChunk())
                .isTrue();
        assertThat(scan("{\"usage\":{},\"choices\":[ ] }", 1).isUsageChunk()).isTrue();
        assertThat(scan("{\"choices\":[{}],\"usage\":{\"prompt_tokens\":1}}", 1).isUsageChunk())
                .isFalse();
        assertThat(scan("{\"choices\":[],\"choices\":[{}],\"usage\":{}}", 1).isUsageChunk())
                .isFalse();
        assertThat(scan("{\"choices\":[[]],\"usage\":{}}", 1).isUsageChunk()).isFalse();
        assertThat(scan("{\"choices\":null,\"usage\":{}}", 1).isUsageChunk()).isTrue();
        assertThat(scan("{\"usage\":{}}", 1).isUsageChunk()).isTrue();
        assertThat(scan("{\"choices\":{},\"usage\":{}}", 1).isUsageChunk()).isFalse();
        assertThat(scan("{\"choices\":[],\"usage\":null}", 1).isUsageChunk()).isFalse();
        assertThat(scan("{\"choices\":[]}", 1).isUsageChunk()).isFalse();
        assertThat(scan("{\"choices\":[],\"usage\":{}", 1).isUsageChunk()).isFalse();
    }

    @Test
    void keepsCountsOfEarlierChunksUntilNewerOnesCome() {
        UsageScan scan = scan("{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}", 1);
        scan.restart();
        for (ByteBuf piece :
                new RandomJson(new Random(2)).cut("{\"usage\":{\"completion_tokens\":5}}".getBytes(UTF_8))) {
            scan.scan(piece, 0, piece.writerIndex());
        }
        assertThat(scan.inputTokens(false)).isEqualTo(3);
        assertThat(scan.outputTokens()).isEqualTo(5);
    }

    @Test
    void agreesWithAnotherParserOnRandomAnswers() {
        String[] keys = {
            "usage",
            "choices",
            "prompt_tokens",
            "completion_tokens",
            "prompt_tokens_details",
            "cached_tokens",
            "us\\u0061ge"
        };
        int found = 0;
        for (int seed = 0; seed < 6_000; seed++) {
            RandomJson random = new RandomJson(new Random(seed));
            String usage = random.object(3, keys).replace("-0", "0"); // Minus zero is a count for one parser only.
            String text = "{\"choices\":" + random.value(3, keys) + random.space() + ",\"usage\":" + usage + "}";
            JsonNode tree = JSON.readTree(text).path("usage");
            UsageScan scan = scan(text, seed);
            UsageScan atOnce = atOnce(text);
            assertThat(atOnce.inputTokens(false)).as(text).isEqualTo(scan.inputTokens(false));
            assertThat(atOnce.outputTokens()).as(text).isEqualTo(scan.outputTokens());
            assertThat(atOnce.cachedTokens()).as(text).isEqualTo(scan.cachedTokens());
            // Of two equal keys the last valid one counts here; the other parser knows the last one only.
            if (isCount(tree.path("prompt_tokens"))) {
                assertThat(scan.inputTokens(false))
                        .as(text)
                        .isEqualTo(tree.path("prompt_tokens").asLong());
                found++;
            }
            if (isCount(tree.path("completion_tokens"))) {
                assertThat(scan.outputTokens())
                        .as(text)
                        .isEqualTo(tree.path("completion_tokens").asLong());
            }
            if (!text.contains("\"prompt_tokens\"")) {
                assertThat(scan.inputTokens(false)).isNull();
            }
        }
        assertThat(found).isGreaterThan(40);
    }

    private static boolean isCount(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.asLong() >= 0 && node.asLong() < 1_000_000;
    }
}
