package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.gateway.JsonTree.Obj;
import dev.inferencekey.server.ports.access.EndpointSpending;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a call under a budget is counted for, and what the model server is sent then. */
final class CountedBodyTest {
    private static final int PICTURE = CountedBody.PER_PICTURE;
    private static final byte[] MODEL_JSON = "\"m\"".getBytes(UTF_8);

    /** What was sent on and counted, or why the body was refused. */
    record Result(String text, WorstCase worst, @Nullable String problem) {}

    static Result count(InferenceRoute route, @Nullable Integer context, List<ByteBuf> pieces) {
        JsonBodyRewriter rewriter = new JsonBodyRewriter(
                InferenceBody.streamsChatChunks(route),
                new CountedBody(route, new EndpointSpending(List.of(), null, false, context, false)));
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        ByteBuf whole = Unpooled.buffer();
        try {
            long bytes = 0;
            for (ByteBuf piece : pieces) {
                bytes += piece.readableBytes();
                if (!rewriter.feed(piece, out)) {
                    return new Result("", new WorstCase(0, 0), rewriter.problem());
                }
            }
            if (!rewriter.complete()) {
                return new Result("", new WorstCase(0, 0), rewriter.problem());
            }
            out.appendTo(whole, MODEL_JSON);
            return new Result(whole.toString(UTF_8), rewriter.worstCase(bytes), null);
        } finally {
            out.release();
        }
    }

    private static Result count(InferenceRoute route, @Nullable Integer context, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        Result result = count(route, context, List.of(Unpooled.wrappedBuffer(bytes)));
        for (int cut = 1; cut < Math.min(bytes.length, 400); cut++) {
            assertThat(count(
                            route,
                            context,
                            List.of(
                                    Unpooled.wrappedBuffer(bytes, 0, cut),
                                    Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut))))
                    .as("cut at %d", cut)
                    .isEqualTo(result);
        }
        return result;
    }

    private static Result count(InferenceRoute route, String body) {
        return count(route, null, body);
    }

    private static Result chat(String body) {
        return count(InferenceRoute.CHAT_COMPLETIONS, body);
    }

    /** Of the input, what is beyond a token for each byte. */
    private static long beyondBytes(Result result, String body) {
        assertThat(result.problem()).isNull();
        return result.worst().input() - body.getBytes(UTF_8).length;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "CHAT_COMPLETIONS|{\"max_tokens\":7}|{\"model\":\"m\",\"max_tokens\":7}|7",
                "CHAT_COMPLETIONS|{\"max_completion_tokens\":7,\"a\":1}|{\"a\":1,\"model\":\"m\",\"max_tokens\":7}|7",
                "CHAT_COMPLETIONS|{\"a\":1,\"max_tokens\":7,\"max_completion_tokens\":9}|{\"a\":1,\"model\":\"m\",\"max_tokens\":9}|9",
                "CHAT_COMPLETIONS|{\"max_tokens\":7,\"n_predict\":90}|{\"model\":\"m\",\"max_tokens\":90}|90",
                "CHAT_COMPLETIONS|{\"max_tokens\":7,\"n_predict\":-1}|{\"model\":\"m\",\"max_tokens\":7}|7",
                "CHAT_COMPLETIONS|{\"max_tokens\":7,\"max_completion_tokens\":null}|{\"model\":\"m\",\"max_tokens\":7}|7",
                "CHAT_COMPLETIONS|{\"max_output_tokens\":7}|{\"max_output_tokens\":7,\"model\":\"m\",\"max_tokens\":4096}|4096",
                "CHAT_COMPLETIONS|{\"max_tokens\":0}|{\"model\":\"m\",\"max_tokens\":1}|1",
                "CHAT_COMPLETIONS|{\"max_tokens\":-1}|{\"model\":\"m\",\"max_tokens\":4096}|4096",
                "CHAT_COMPLETIONS|{\"max_tokens\":4294967299}|{\"model\":\"m\",\"max_tokens\":2147483647}|2147483647",
                "CHAT_COMPLETIONS|{\"max_tokens\":7,\"n\":2,\"n_cmpl\":5}|{\"n\":2,\"n_cmpl\":5,\"model\":\"m\",\"max_tokens\":7}|35",
                "COMPLETIONS|{\"max_completion_tokens\":7}|{\"model\":\"m\",\"max_tokens\":7}|7",
                "COMPLETIONS|{\"max_output_tokens\":7}|{\"max_output_tokens\":7,\"model\":\"m\",\"max_tokens\":4096}|4096",
                "COMPLETIONS|{\"max_tokens\":7,\"best_of\":9,\"n\":2}|{\"best_of\":9,\"n\":2,\"model\":\"m\",\"max_tokens\":7}|63",
                "RESPONSES|{\"max_output_tokens\":7}|{\"model\":\"m\",\"max_output_tokens\":7}|7",
                "RESPONSES|{\"max_tokens\":7}|{\"model\":\"m\",\"max_output_tokens\":7}|7",
                "RESPONSES|{\"max_output_tokens\":7,\"n_predict\":8}|{\"model\":\"m\",\"max_output_tokens\":8}|8",
            })
    void oneLengthIsWrittenThatEachEngineReads(InferenceRoute route, String body, String sent, long output) {
        Result result = count(route, body);
        assertThat(result.problem()).isNull();
        assertThat(result.text()).isEqualTo(sent);
        assertThat(result.worst()).isEqualTo(new WorstCase(body.length(), output));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"best_of\":\"5\"}|\"best_of\" must be a whole number",
                "{\"n_predict\":\"5\"}|\"n_predict\" must be a whole number",
                "{\"n_cmpl\":1.5}|\"n_cmpl\" must be a whole number",
                "{\"n\":\"5\"}|\"n\" must be a whole number",
                "{\"max_tokens\":true}|\"max_tokens\" must be a whole number",
                "{\"n_predict\":5,\"n_predict\":500}|twice",
                "{\"best_of\":1,\"best_\\u006ff\":5}|twice",
                "{\"N_Predict\":500}|some readers take for",
            })
    void whatCouldBeReadInTwoWaysIsRefused(String body, String problem) {
        assertThat(count(InferenceRoute.COMPLETIONS, body).problem()).contains(problem);
    }

    @Test
    void withoutABudgetMembersOfEnginesArePassedOnAsTheyAre() {
        JsonBodyRewriter rewriter = new JsonBodyRewriter(true, null);
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        String body =
                "{\"model\":\"m\",\"n_predict\":\"5\",\"best_of\":\"5\",\"previous_response_id\":\"r\",\"max_tokens\":0}";
        assertThat(rewriter.feed(Unpooled.copiedBuffer(body, UTF_8), out)).isTrue();
        ByteBuf sent = Unpooled.buffer();
        out.appendTo(sent, MODEL_JSON);
        out.release();
        assertThat(sent.toString(UTF_8)).isEqualTo(body);
    }

    @Test
    void countsThatOverflowEndWhereNoModelServerReaches() {
        String body = "{\"prompt\":[\"a\",\"b\"],\"max_tokens\":999999999999999999,\"n\":999999999999999999}";
        assertThat(count(InferenceRoute.COMPLETIONS, body).worst().output()).isEqualTo(WorstCase.MOST);
        String many = "{\"prompt\":[" + "\"a\",".repeat(50_000) + "\"a\"],\"max_tokens\":2}";
        assertThat(count(InferenceRoute.COMPLETIONS, many).worst().output()).isEqualTo(100_002);
    }

    @Test
    void onlyAPictureInItsPlaceIsNotText() {
        String base64 = Base64.getEncoder().encodeToString(new byte[30_000]);
        String url = "\"data:image/png;base64," + base64 + "\"";
        String part =
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":%s}}]}]}";
        String picture = part.formatted(url);
        assertThat(beyondBytes(chat(picture), picture)).isEqualTo(PICTURE - base64.length());
        for (String text : List.of(
                "{\"messages\":[{\"role\":\"user\",\"content\":" + url + "}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":" + url + "}]}]}",
                "{\"messages\":[],\"image_url\":{\"url\":" + url + "}}",
                "{\"messages\":[],\"tools\":[{\"image_url\":{\"url\":" + url + "}}]}")) {
            assertThat(beyondBytes(chat(text), text)).as(text.substring(0, 60)).isZero();
        }
        for (String text : List.of(
                "\"data:image/png;base64," + base64 + " and then a text\"",
                "\"data:image/png;base64," + base64 + "\\u0020and\"",
                "\"data:image/png;base64," + base64 + "é\"",
                "\"data:image/png," + base64 + "\"",
                "\"data:text/plain;base64," + base64 + "\"",
                "\"" + base64 + "\"",
                "\"https://example.com/a.png\"",
                "null")) {
            String body = part.formatted(text);
            assertThat(beyondBytes(chat(body), body)).as(text.substring(0, 4)).isEqualTo(PICTURE);
        }
    }

    @Test
    void aPictureCountsHoweverItIsWritten() {
        String base64 = "a/b".repeat(1000);
        String url = "data:image\\/png;base64," + base64.replace("/", "\\/");
        String body = "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"\\u0069mage_url\":\""
                + url + "\"}]}]}";
        assertThat(beyondBytes(count(InferenceRoute.RESPONSES, body), body)).isEqualTo(PICTURE - 2000);
        String small = "{\"messages\":[{\"content\":[{\"image_url\":\"data:image/webp;base64,AAAA\"}]}]}";
        assertThat(beyondBytes(chat(small), small)).isEqualTo(PICTURE - 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "RESPONSES|{\"previous_response_id\":\"resp_1\"}|previous_response_id",
                "RESPONSES|{\"conversation\":{\"id\":\"conv_1\"}}|conversation",
                "RESPONSES|{\"prompt\":{\"id\":\"pmpt_1\"}}|prompt",
                "RESPONSES|{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"file_id\":\"f\"}]}]}|file_id",
                "RESPONSES|{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_url\":\"https://a\"}]}]}|file_url",
                "RESPONSES|{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_data\":\"data:a\"}]}]}|file_data",
                "RESPONSES|{\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]}|an item",
                "RESPONSES|{\"input\":[{\"id\":\"msg_1\"}]}|\"id\"",
                "RESPONSES|{\"input\":[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[]}]}|encrypted_content",
                "CHAT_COMPLETIONS|{\"messages\":[{\"role\":\"assistant\",\"audio\":{\"id\":\"audio_1\"}}]}|audio",
                "CHAT_COMPLETIONS|{\"messages\":[{\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]}]}|file",
                "CHAT_COMPLETIONS|{\"messages\":[{\"content\":[{\"video_url\":{\"url\":\"https://a\"}}]}]}|video_url",
                "CHAT_COMPLETIONS|{\"messages\":[],\"chat_template\":\"{{ 'a' * 1000000 }}\"}|chat_template",
                "CHAT_COMPLETIONS|{\"chat_template_kwargs\":{\"chat_template\":\"a\"}}|chat_template",
                "CHAT_COMPLETIONS|{\"mm_processor_kwargs\":{\"max_pixels\":1000000000}}|mm_processor_kwargs",
                "COMPLETIONS|{\"prompt\":[{\"prompt_string\":\"a\",\"multimodal_data\":[\"a\"]}]}|multimodal_data",
            })
    void inputThatIsNotInTheBodyIsTheWholeContextOrRefused(InferenceRoute route, String body, String named) {
        assertThat(count(route, body).problem()).contains(named, "under a budget");
        Result known = count(route, 50_000, body);
        assertThat(known.problem()).isNull();
        assertThat(known.worst().input()).isEqualTo(50_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "RESPONSES|{\"previous_response_id\":null,\"conversation\":null,\"prompt\":null,\"input\":\"file_id\"}",
                "RESPONSES|{\"input\":[{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"a\",\"annotations\":[{\"file_id\":\"f\"}]}]}]}",
                "RESPONSES|{\"input\":[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"encrypted_content\":\"gAAA\"},{\"role\":\"user\",\"content\":\"a\"}]}",
                "RESPONSES|{\"input\":[{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c\",\"name\":\"a\",\"arguments\":\"{}\"},{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"a\"}]}",
                "CHAT_COMPLETIONS|{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"audio\":null,\"function_call\":{\"arguments\":{\"file_id\":\"f\"}}}],\"audio\":{\"voice\":\"a\"}}",
                "CHAT_COMPLETIONS|{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\",\"properties\":{\"file_id\":{\"type\":\"string\"},\"prompt\":{\"type\":\"string\"}}}}}]}",
                "CHAT_COMPLETIONS|{\"enable_search\":false,\"metadata\":{\"conversation\":\"a\",\"file\":\"b\"}}",
                "COMPLETIONS|{\"prompt\":\"previous_response_id\"}",
            })
    void whatOnlyLooksLikeAReferenceIsCountedByItsBytes(InferenceRoute route, String body) {
        assertThat(beyondBytes(count(route, body), body)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"web_search,false", "code_interpreter,false", "Function,false", "function,true", "custom,true"})
    void toolsThatTheModelServerUsesAreRefused(String type, boolean counted) {
        String body =
                "{\"input\":\"a\",\"tools\":[{\"type\":\"%s\",\"parameters\":{\"type\":\"object\"}}]}".formatted(type);
        for (Integer context : Arrays.asList(null, 50_000)) {
            String problem = count(InferenceRoute.RESPONSES, context, body).problem();
            assertThat(problem == null).isEqualTo(counted);
            assertThat(counted || (problem != null && problem.contains("neither of the type function nor custom")))
                    .isTrue();
        }
    }

    @Test
    void theQueryIsReadOnceForEachDocument() {
        String query = "\"" + "q".repeat(100) + "\"";
        String body = "{\"query\":" + query + ",\"documents\":[\"a\",\"b\",{\"text\":\"c\"}]}";
        long expected = 2L * query.length() + 3L * CountedBody.PER_PAIR;
        for (InferenceRoute route :
                List.of(InferenceRoute.RERANK, InferenceRoute.RERANK_V2, InferenceRoute.RERANK_UNVERSIONED)) {
            assertThat(beyondBytes(count(route, body), body)).isEqualTo(expected);
        }
        String score = "{\"text_1\":" + query + ",\"text_2\":[\"a\",\"b\",\"c\"]}";
        assertThat(beyondBytes(count(InferenceRoute.SCORE, score), score)).isEqualTo(expected);
        String pairs = "{\"text_1\":[" + query + ",\"b\",\"c\"],\"text_2\":[\"a\",\"b\",\"c\"]}";
        assertThat(beyondBytes(count(InferenceRoute.SCORE, pairs), pairs)).isEqualTo(3L * CountedBody.PER_PAIR);
        String lists = "{\"query\":[" + query + ",\"b\"],\"documents\":[\"a\",\"b\",\"c\"]}";
        assertThat(beyondBytes(count(InferenceRoute.RERANK, lists), lists)).isGreaterThan(expected);
        String picture = "{\"query\":\"a\",\"documents\":[{\"content\":[{\"image_url\":{\"url\":\"https://a\"}}]}]}";
        assertThat(beyondBytes(count(InferenceRoute.RERANK, picture), picture))
                .isEqualTo(PICTURE + CountedBody.PER_PAIR);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCountedInTokensIsJson(InferenceRoute route) {
        assertThat(!TokenEstimate.usesTokens(route) || route.body() == InferenceRoute.Body.JSON)
                .isTrue();
        assertThat(!TokenEstimate.generates(route) || TokenEstimate.usesTokens(route))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"RERANK_V2", "RERANK_UNVERSIONED", "SCORE", "POOLING", "CLASSIFY"})
    void allThatTellTokensAreCountedInThem(InferenceRoute route) {
        assertThat(TokenEstimate.usesTokens(route)).isTrue();
    }

    @Test
    void noEngineUsesMoreThanTheWorstCase() {
        InferenceRoute[] routes = Arrays.stream(InferenceRoute.values())
                .filter(TokenEstimate::usesTokens)
                .toArray(InferenceRoute[]::new);
        int counted = 0;
        int bodies = 30_000;
        for (int seed = 0; seed < bodies; seed++) {
            Random random = new Random(seed);
            InferenceRoute route = routes[random.nextInt(routes.length)];
            String body = new BudgetedBodies(random).body();
            counted += isWithinTheWorstCase(route, body, new RandomJson(random).cut(body.getBytes(UTF_8))) ? 1 : 0;
        }
        assertThat(counted).isGreaterThan(bodies / 5);
    }

    /** Fails if some engine would use more for what it is sent than what was counted; whether the body was counted at all. */
    static boolean isWithinTheWorstCase(InferenceRoute route, String body, List<ByteBuf> pieces) {
        Result result = count(route, null, pieces);
        if (result.problem() != null) {
            return false;
        }
        JsonTree sent = JsonTree.parse(result.text().getBytes(UTF_8));
        if (!(sent instanceof Obj object)) {
            throw new AssertionError(body + " was sent as " + result.text());
        }
        for (EngineModel engine : EngineModel.values()) {
            EngineModel.WorstUse use = engine.use(route, object);
            assertThat(use.output())
                    .as("output of %s on %s for %s", engine, route, body)
                    .isLessThanOrEqualTo(result.worst().output());
            assertThat(use.input())
                    .as("input of %s on %s for %s", engine, route, body)
                    .isLessThanOrEqualTo(result.worst().input());
        }
        return true;
    }

    /** Makes bodies of members that say what a call may come to, in any order, some twice, some of odd types. */
    private record BudgetedBodies(Random random) {
        private static final String[] COUNTS = {
            "max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict", "n", "n_cmpl", "best_of"
        };
        private static final String[] NUMBERS = {
            "0", "1", "2", "7", "40", "-1", "-2", "null", "3.0", "\"5\"", "1e2", "4294967295", "999999999999999999"
        };
        private static final String[] STRINGS = {
            "\"\"",
            "\"a\"",
            "\"a longer text\"",
            "\"日本語\"",
            "\"\\u00e9\\n\"",
            "\"data:image/png;base64,AAAA\"",
            "\"data:image/png;base64,AAAA and a text\"",
            "\"https://example.com/\""
        };
        private static final String[] PARTS = {
            "{\"type\":\"text\",\"text\":%s}",
            "{\"text\":%s}",
            "{\"type\":\"image_url\",\"image_url\":{\"url\":%s}}",
            "{\"image_url\":%s}",
            "{\"image_url\":null,\"text\":%s}",
            "{\"text\":\"a\",\"Image_url\":{\"url\":%s}}",
            "{\"type\":\"file\",\"file_id\":%s}",
            "%s"
        };
        private static final String[] ODD = {"{}", "[]", "null", "true", "1", "[[1,2],[3]]", "[1,2]"};

        String body() {
            StringBuilder body = new StringBuilder("{");
            int members = 1 + random.nextInt(6);
            for (int i = 0; i < members; i++) {
                body.append(i == 0 ? "" : ",").append(member());
            }
            return body.append('}').toString();
        }

        private String member() {
            return switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> '"' + pick(COUNTS) + "\":" + pick(NUMBERS);
                case 4 -> "\"prompt\":" + texts();
                case 5 ->
                    "\"" + pick("messages", "input") + "\":[" + message()
                            + (random.nextBoolean() ? "," + message() : "") + "]";
                case 6 -> "\"" + pick("query", "text_1") + "\":" + texts();
                case 7, 8 -> "\"" + pick("documents", "text_2") + "\":" + texts();
                case 9 -> "\"input\":" + texts();
                case 10 ->
                    "\"" + pick("max_tokens", "prompt", "query", "messages", "stream", "stream_options") + "\":"
                            + pick(ODD);
                default ->
                    "\"" + pick("chat_template", "previous_response_id", "tools", "metadata", "temperature") + "\":"
                            + pick("null", "\"a\"", "[{\"type\":\"function\"}]", "[{\"type\":\"web_search\"}]", "1");
            };
        }

        private String message() {
            return random.nextBoolean()
                    ? "{\"role\":\"user\",\"content\":" + pick(STRINGS) + "}"
                    : "{\"content\":[" + part() + (random.nextBoolean() ? "," + part() : "") + "],\"role\":\"user\"}";
        }

        private String part() {
            return pick(PARTS).formatted(pick(STRINGS));
        }

        private String texts() {
            return switch (random.nextInt(4)) {
                case 0 -> pick(STRINGS);
                case 1 -> "[" + pick(STRINGS) + "]";
                case 2 -> "[" + pick(STRINGS) + "," + pick(STRINGS) + "]";
                default -> "[" + pick(STRINGS) + "," + pick(STRINGS) + "," + pick(STRINGS) + "]";
            };
        }

        private String pick(String... from) {
            return from[random.nextInt(from.length)];
        }
    }
}
