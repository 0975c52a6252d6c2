package dev.inferencekey.engine.process;

import dev.inferencekey.engine.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model that answers every prompt with the same tokens: the euro sign, an emoji and an é in single bytes, with words
 * between. Its blocks do nothing, so that the last token alone decides the next one.
 */
final class ChainModel {
    static final String ANSWER = " costs\u20AC and\uD83D\uDE00\u00E9";

    /** The answer's tokens, the end included: each byte of a character beyond ASCII is one. */
    static final int ANSWER_TOKENS = 1 + 3 + 1 + 4 + 2 + 1;

    private static final int WIDTH = 32;
    private static final int END = 2;
    private static final int FIRST_BYTE = 3;
    private static final List<String> WORDS = List.of("\u2581", "\u2581costs", "\u2581and");
    private static final int COSTS = FIRST_BYTE + 256 + 1;
    private static final int AND = FIRST_BYTE + 256 + 2;
    private static final int[] CHAIN = {
        COSTS,
        bytes(0xE2),
        bytes(0x82),
        bytes(0xAC),
        AND,
        bytes(0xF0),
        bytes(0x9F),
        bytes(0x98),
        bytes(0x80),
        bytes(0xC3),
        bytes(0xA9),
        END
    };

    private ChainModel() {}

    private static int bytes(int value) {
        return FIRST_BYTE + value;
    }

    static void write(Path file) throws IOException {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        for (int value = 0; value < 256; value++) {
            tokens.add("<0x%02X>".formatted(value));
            types.add(6);
        }
        for (String word : WORDS) {
            tokens.add(word);
            types.add(1);
        }
        List<Float> scores = tokens.stream().map(token -> 0f).toList();
        int size = tokens.size();

        // State 0 is "the prompt has ended", state i is "the chain's token i-1 came last".
        float[][] embedding = new float[size][WIDTH];
        for (float[] row : embedding) {
            row[0] = 1;
        }
        float[][] output = new float[size][WIDTH];
        for (int i = 0; i < CHAIN.length; i++) {
            output[CHAIN[i]][i] = 10;
            embedding[CHAIN[i]] = new float[WIDTH];
            embedding[CHAIN[i]][i + 1] = 1;
        }
        float[][] nothing = new float[WIDTH][WIDTH];
        float[] ones = new float[WIDTH];
        Arrays.fill(ones, 1);
        new GgufWriter()
                .text("general.architecture", "llama")
                .uint32("llama.vocab_size", size)
                .uint32("llama.context_length", 512)
                .uint32("llama.embedding_length", WIDTH)
                .uint32("llama.block_count", 1)
                .uint32("llama.feed_forward_length", WIDTH)
                .uint32("llama.attention.head_count", 2)
                .uint32("llama.rope.dimension_count", WIDTH / 2)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .text("tokenizer.ggml.model", "llama")
                .texts("tokenizer.ggml.tokens", tokens)
                .float32s("tokenizer.ggml.scores", scores)
                .int32s("tokenizer.ggml.token_type", types)
                .uint32("tokenizer.ggml.bos_token_id", 1)
                .uint32("tokenizer.ggml.eos_token_id", END)
                .uint32("tokenizer.ggml.unknown_token_id", 0)
                .float16Matrix("token_embd.weight", embedding)
                .float32Tensor("blk.0.attn_norm.weight", ones, WIDTH)
                .float16Matrix("blk.0.attn_q.weight", nothing)
                .float16Matrix("blk.0.attn_k.weight", nothing)
                .float16Matrix("blk.0.attn_v.weight", nothing)
                .float16Matrix("blk.0.attn_output.weight", nothing)
                .float32Tensor("blk.0.ffn_norm.weight", ones, WIDTH)
                .float16Matrix("blk.0.ffn_gate.weight", nothing)
                .float16Matrix("blk.0.ffn_up.weight", nothing)
                .float16Matrix("blk.0.ffn_down.weight", nothing)
                .float32Tensor("output_norm.weight", ones, WIDTH)
                .float16Matrix("output.weight", output)
                .write(file);
    }
}
