package dev.inferencekey.engine.process;

import dev.inferencekey.engine.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A tiny encoder of the BERT architecture with random weights and a classifier head: a reranker as far as form goes. */
final class RerankerModel {
    private static final int WIDTH = 32;
    private static final int CONTEXT = 128;

    private RerankerModel() {}

    static void write(Path file) throws IOException {
        Random random = new Random(7);
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        for (char letter = 'a'; letter <= 'z'; letter++) {
            tokens.add("\u2581" + letter);
            tokens.add(String.valueOf(letter));
        }
        int size = tokens.size();
        List<Integer> types = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            types.add(i < 5 ? 3 : 1);
            scores.add(0f);
        }
        GgufWriter writer = new GgufWriter()
                .text("general.architecture", "bert")
                .uint32("bert.context_length", CONTEXT)
                .uint32("bert.embedding_length", WIDTH)
                .uint32("bert.block_count", 1)
                .uint32("bert.feed_forward_length", WIDTH)
                .uint32("bert.attention.head_count", 2)
                .float32("bert.attention.layer_norm_epsilon", 1e-6f)
                .bool("bert.attention.causal", false)
                .text("tokenizer.ggml.model", "bert")
                .uint32("tokenizer.ggml.token_type_count", 2)
                .texts("tokenizer.ggml.tokens", tokens)
                .float32s("tokenizer.ggml.scores", scores)
                .int32s("tokenizer.ggml.token_type", types)
                .uint32("tokenizer.ggml.padding_token_id", 0)
                .uint32("tokenizer.ggml.unknown_token_id", 1)
                .uint32("tokenizer.ggml.bos_token_id", 2)
                .uint32("tokenizer.ggml.cls_token_id", 2)
                .uint32("tokenizer.ggml.eos_token_id", 3)
                .uint32("tokenizer.ggml.seperator_token_id", 3)
                .uint32("tokenizer.ggml.mask_token_id", 4);
        writer.float16Matrix("token_embd.weight", matrix(random, size))
                .float32Tensor("token_types.weight", new float[2 * WIDTH], WIDTH, 2)
                .float16Matrix("position_embd.weight", matrix(random, CONTEXT));
        norm(writer, "token_embd_norm");
        for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down")) {
            writer.float16Matrix("blk.0." + name + ".weight", matrix(random, WIDTH))
                    .float32Tensor("blk.0." + name + ".bias", new float[WIDTH], WIDTH);
        }
        norm(writer, "blk.0.attn_output_norm");
        norm(writer, "blk.0.layer_output_norm");
        writer.float16Matrix("cls.weight", matrix(random, WIDTH))
                .float32Tensor("cls.bias", new float[WIDTH], WIDTH)
                .float16Matrix("cls.output.weight", matrix(random, 1))
                .float32Tensor("cls.output.bias", new float[1], 1)
                .write(file);
    }

    private static void norm(GgufWriter writer, String name) {
        float[] ones = new float[WIDTH];
        Arrays.fill(ones, 1);
        writer.float32Tensor(name + ".weight", ones, WIDTH).float32Tensor(name + ".bias", new float[WIDTH], WIDTH);
    }

    private static float[][] matrix(Random random, int rows) {
        float[][] matrix = new float[rows][WIDTH];
        for (float[] row : matrix) {
            for (int i = 0; i < WIDTH; i++) {
                row[i] = (float) (random.nextGaussian() * 0.5);
            }
        }
        return matrix;
    }
}
