package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokenEstimateTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                                                       | -1
                    {"max_tokens":7}                                         | 7
                    {"max_completion_tokens":7,"a":1}                        | 7
                    {"max_output_tokens" : 0 }                               | 0
                    {"max_tokens":7,"max_completion_tokens":9}               | 9
                    {"max_completion_tokens":9,"max_tokens":7}               | 9
                    {"max_tok\\u0065ns":7}                                   | 7
                    {"max_tokens":null}                                      | -1
                    {"max_tokens":-5}                                        | -1
                    {"max_tokens":7.0}                                       | 7
                    {"metadata":{"max_tokens":7}}                            | -1
                    """)
    void theOutputThatIsAskedForIsReadHoweverTheBodyIsCut(String body, long asked) {
        byte[] bytes = body.getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            JsonBodyRewriter rewriter = new JsonBodyRewriter(true, null);
            RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
            ByteBuf first = Unpooled.wrappedBuffer(bytes, 0, cut);
            ByteBuf second = Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut);
            assertThat(rewriter.feed(first, out)).isTrue();
            assertThat(rewriter.feed(second, out)).isTrue();
            assertThat(rewriter.complete()).isTrue();
            assertThat(rewriter.askedOutput()).as("cut at %d", cut).isEqualTo(asked);
            out.release();
        }
    }

    @Test
    void aTokenIsFourBytesOfTextAndTheOutputIsCountedForEachAnswer() {
        assertThat(TokenEstimate.of(InferenceRoute.CHAT_COMPLETIONS, 5, 0, -1, 1))
                .isEqualTo(258);
        assertThat(TokenEstimate.of(InferenceRoute.RESPONSES, 5, 0, 10, 1)).isEqualTo(12);
        assertThat(TokenEstimate.of(InferenceRoute.CHAT_COMPLETIONS, 4, 0, 10, 3))
                .isEqualTo(31);
        assertThat(TokenEstimate.of(InferenceRoute.CHAT_COMPLETIONS, 4, 2, 10, 1))
                .isEqualTo(2011);
        assertThat(TokenEstimate.of(InferenceRoute.EMBEDDINGS, 5, 0, 10, 4)).isEqualTo(2);
        assertThat(TokenEstimate.of(InferenceRoute.AUDIO_TRANSCRIPTIONS, 1 << 20, 0, -1, 1))
                .isZero();
        assertThat(TokenEstimate.of(InferenceRoute.CHAT_COMPLETIONS, 1, 1, Long.MAX_VALUE, Long.MAX_VALUE))
                .isPositive();
    }

    @Test
    void aFileInBase64IsNoTextHoweverTheBodyIsCut() {
        byte[] picture = new byte[9000];
        new Random(3).nextBytes(picture);
        String base64 = Base64.getEncoder().encodeToString(picture);
        assertThat(files("{\"url\":\"data:image/png;base64," + base64 + "\"}")).isEqualTo(1);
        assertThat(files("{\"input_audio\":{\"data\":\"" + base64 + "\"}}")).isEqualTo(1);
        assertThat(files("{\"file_data\":\"" + base64.replace("/", "\\/") + "\",\"file_id\":\"" + base64 + "\"}"))
                .isEqualTo(2);
        assertThat(files("{\"content\":\"" + "What do you see in this picture? ".repeat(500) + "\"}"))
                .isZero();
        assertThat(files("{\"content\":\"" + "日本語のテキスト".repeat(500) + "\"}")).isZero();
        assertThat(files("{\"content\":\"" + base64.substring(0, 1000) + "\"}")).isZero();
    }

    /** How many files there are; checks that little else is left of the body if there are any. */
    private static int files(String body) {
        byte[] bytes = body.getBytes(UTF_8);
        int files = -1;
        for (int piece : new int[] {bytes.length, 4096, 100}) {
            JsonBodyRewriter rewriter = new JsonBodyRewriter(true, null);
            RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
            for (int from = 0; from < bytes.length; from += piece) {
                assertThat(rewriter.feed(
                                Unpooled.wrappedBuffer(bytes, from, Math.min(piece, bytes.length - from)), out))
                        .isTrue();
            }
            out.release();
            Base64Strings found = rewriter.base64();
            assertThat(bytes.length - found.bytes()).isLessThan(found.files() > 0 ? 1500 : bytes.length + 1);
            assertThat(files == -1 || files == found.files())
                    .as("in pieces of %d", piece)
                    .isTrue();
            files = found.files();
        }
        return files;
    }
}
