package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
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
                    {"max_tokens":"7"}                                       | -1
                    {"max_tokens":7.0}                                       | -1
                    {"max_tokens":{"a":7}}                                   | -1
                    {"max_tokens":[7]}                                       | -1
                    {"metadata":{"max_tokens":7}}                            | -1
                    {"max_tokens":99999999999999999999}                      | -1
                    """)
    void theOutputThatIsAskedForIsReadHoweverTheBodyIsCut(String body, long asked) {
        byte[] bytes = body.getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            JsonBodyRewriter rewriter = new JsonBodyRewriter(true);
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
    void theHeadAloneNeverCountsMoreThanTheBodyWill() {
        for (InferenceRoute route : InferenceRoute.values()) {
            for (long length : new long[] {-1, 0, 1, 4, 5, 1 << 20}) {
                assertThat(TokenEstimate.ofHead(route, length))
                        .isLessThanOrEqualTo(TokenEstimate.ofBody(route, Math.max(0, length), 0));
            }
        }
        assertThat(TokenEstimate.ofHead(InferenceRoute.CHAT_COMPLETIONS, 5)).isEqualTo(2);
        assertThat(TokenEstimate.ofBody(InferenceRoute.CHAT_COMPLETIONS, 5, -1)).isEqualTo(258);
        assertThat(TokenEstimate.ofBody(InferenceRoute.RESPONSES, 5, 10)).isEqualTo(12);
        assertThat(TokenEstimate.ofBody(InferenceRoute.EMBEDDINGS, 5, 10)).isEqualTo(2);
        assertThat(TokenEstimate.ofBody(InferenceRoute.AUDIO_TRANSCRIPTIONS, 1 << 20, -1))
                .isZero();
    }
}
