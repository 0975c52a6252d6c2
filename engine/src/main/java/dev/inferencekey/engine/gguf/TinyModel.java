package dev.inferencekey.engine.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A language model with random weights in under 400 kB, which llama.cpp runs like any other and which answers in
 * English words: what the demo and the tests use where no real model is at hand.
 *
 * <p>Notes. Two blocks of the llama architecture, 64 wide. The text stays readable because the first hidden dimension
 * is a constant: every token's embedding carries it and no block writes to it, so that the first column of the output
 * matrix is a bias per token. Bytes, single characters and control tokens get a strongly negative one, whole words
 * none, the end of the text a mild one. The vocabulary holds every prefix of every word, since llama.cpp's
 * sentence-piece tokenizer only joins pieces pair by pair, best score first.
 *
 * <p>The same seed gives the same bytes on every machine: {@link Random} is specified to the bit, and so are the
 * conversions to 16 bits.
 */
public final class TinyModel {
    /** The seed of {@link #write(Path)}. */
    public static final long DEFAULT_SEED = 1;

    private static final int LAYERS = 2;
    private static final int WIDTH = 64;
    private static final int HEADS = 4;
    private static final int KEY_VALUE_HEADS = 2;
    private static final int HEAD_WIDTH = WIDTH / HEADS;
    private static final int KEY_VALUE_WIDTH = KEY_VALUE_HEADS * HEAD_WIDTH;
    private static final int FEED_FORWARD = 128;
    private static final int CONTEXT = 4096;
    private static final float CONSTANT = 3.0f;
    private static final float NEVER = -20.0f;
    private static final float END_BIAS = 1.5f;

    private static final int UNKNOWN = 0;
    private static final int BEGIN = 1;
    private static final int END = 2;

    // Token types of llama.cpp's vocabulary.
    private static final int TYPE_NORMAL = 1;
    private static final int TYPE_UNKNOWN = 2;
    private static final int TYPE_CONTROL = 3;
    private static final int TYPE_BYTE = 6;

    private static final String SPACE = "\u2581";
    private static final String FULL_STOP = ".\n";
    private static final String WORDS = """
            the of and to in a is that for it as was with be by on not he his but at are this have from or had an they
            which one you were all her she there would their we him been has when who will no more if out so up said
            what its about than into them can only other time new some could these two may first then do any like my
            now over such our man me even most made after also did many off before must well back through years where
            much your way down should because long each just state those people too mr how little good make very year
            still see own work world life day get here old between both last another know house might never same place
            against right came does around three small part general use found every away give left hand water set
            large under think take end ask again home fact number since point night head public without room church
            seem run""";
    private static final String CHAT_TEMPLATE = """
            {% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' + '\\n' }}{% endfor %}\
            {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""";

    private TinyModel() {}

    /** Writes the model of {@link #DEFAULT_SEED} to {@code file}, whole or not at all. */
    public static void write(Path file) throws IOException {
        write(file, DEFAULT_SEED);
    }

    /** Writes the model of {@code seed} to {@code file}, whole or not at all; equal seeds give equal bytes. */
    public static void write(Path file, long seed) throws IOException {
        model(seed).write(file);
    }

    /** The words that the model answers in. */
    public static Set<String> words() {
        return new LinkedHashSet<>(Arrays.asList(WORDS.split("\\s+")));
    }

    private static GgufWriter model(long seed) {
        Vocabulary vocabulary = new Vocabulary();
        GgufWriter writer = new GgufWriter();
        writer.text("general.architecture", "llama")
                .text("general.name", "tiny-random-llama")
                .uint32("general.alignment", GgufType.DEFAULT_ALIGNMENT)
                .uint32("general.file_type", 1)
                .uint32("llama.vocab_size", vocabulary.size())
                .uint32("llama.context_length", CONTEXT)
                .uint32("llama.embedding_length", WIDTH)
                .uint32("llama.block_count", LAYERS)
                .uint32("llama.feed_forward_length", FEED_FORWARD)
                .uint32("llama.attention.head_count", HEADS)
                .uint32("llama.attention.head_count_kv", KEY_VALUE_HEADS)
                .uint32("llama.rope.dimension_count", HEAD_WIDTH)
                .float32("llama.rope.freq_base", 10_000f)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.text("tokenizer.ggml.model", "llama")
                .text("tokenizer.ggml.pre", "default")
                .texts("tokenizer.ggml.tokens", vocabulary.tokens)
                .float32s("tokenizer.ggml.scores", vocabulary.scores)
                .int32s("tokenizer.ggml.token_type", vocabulary.types)
                .uint32("tokenizer.ggml.bos_token_id", BEGIN)
                .uint32("tokenizer.ggml.eos_token_id", END)
                .uint32("tokenizer.ggml.unknown_token_id", UNKNOWN)
                .bool("tokenizer.ggml.add_bos_token", true)
                .bool("tokenizer.ggml.add_eos_token", false)
                .bool("tokenizer.ggml.add_space_prefix", true)
                .text("tokenizer.chat_template", CHAT_TEMPLATE);
        tensors(writer, vocabulary, new Random(seed));
        return writer;
    }

    private static void tensors(GgufWriter writer, Vocabulary vocabulary, Random random) {
        float[][] embedding = matrix(random, vocabulary.size(), WIDTH, 1.0);
        for (float[] row : embedding) {
            row[0] = CONSTANT;
        }
        writer.float16Matrix("token_embd.weight", embedding);
        double narrow = 1 / Math.sqrt(WIDTH);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk." + layer + ".";
            writer.float32Tensor(block + "attn_norm.weight", ones(), WIDTH)
                    .float16Matrix(block + "attn_q.weight", matrix(random, WIDTH, WIDTH, narrow))
                    .float16Matrix(block + "attn_k.weight", matrix(random, KEY_VALUE_WIDTH, WIDTH, narrow))
                    .float16Matrix(block + "attn_v.weight", matrix(random, KEY_VALUE_WIDTH, WIDTH, narrow))
                    .float16Matrix(block + "attn_output.weight", withoutFirstRow(matrix(random, WIDTH, WIDTH, narrow)))
                    .float32Tensor(block + "ffn_norm.weight", ones(), WIDTH)
                    .float16Matrix(block + "ffn_gate.weight", matrix(random, FEED_FORWARD, WIDTH, narrow))
                    .float16Matrix(block + "ffn_up.weight", matrix(random, FEED_FORWARD, WIDTH, narrow))
                    .float16Matrix(
                            block + "ffn_down.weight",
                            withoutFirstRow(matrix(random, WIDTH, FEED_FORWARD, 1 / Math.sqrt(FEED_FORWARD))));
        }
        writer.float32Tensor("output_norm.weight", ones(), WIDTH);
        float[][] output = matrix(random, vocabulary.size(), WIDTH, 0.35);
        for (int token = 0; token < output.length; token++) {
            output[token][0] = vocabulary.isWhole(token) ? 0 : token == END ? END_BIAS : NEVER;
        }
        writer.float16Matrix("output.weight", output);
    }

    private static float[][] matrix(Random random, int rows, int columns, double deviation) {
        float[][] matrix = new float[rows][columns];
        for (float[] row : matrix) {
            for (int column = 0; column < columns; column++) {
                row[column] = (float) (random.nextGaussian() * deviation);
            }
        }
        return matrix;
    }

    private static float[][] withoutFirstRow(float[][] matrix) {
        Arrays.fill(matrix[0], 0);
        return matrix;
    }

    private static float[] ones() {
        float[] ones = new float[WIDTH];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static final class Vocabulary {
        final List<String> tokens = new ArrayList<>();
        final List<Integer> types = new ArrayList<>();
        final List<Float> scores = new ArrayList<>();
        private final Set<String> whole = new LinkedHashSet<>();

        Vocabulary() {
            add("<unk>", TYPE_UNKNOWN, 0);
            add("<s>", TYPE_CONTROL, 0);
            add("</s>", TYPE_CONTROL, 0);
            add("<|im_start|>", TYPE_CONTROL, 0);
            add("<|im_end|>", TYPE_CONTROL, 0);
            for (int value = 0; value < 256; value++) {
                add("<0x%02X>".formatted(value), TYPE_BYTE, 0);
            }
            for (String word : words()) {
                whole.add(SPACE + word);
            }
            whole.add(FULL_STOP);
            Set<String> pieces = new LinkedHashSet<>();
            pieces.add(SPACE);
            for (char character = '!'; character <= '~'; character++) {
                pieces.add(String.valueOf(character));
            }
            pieces.addAll(whole);
            for (String piece : whole) {
                for (int length = 2; length < piece.length(); length++) {
                    pieces.add(piece.substring(0, length));
                }
            }
            for (String piece : pieces) {
                // The longer the better: a word must win over its own prefixes.
                add(piece, TYPE_NORMAL, piece.length() > 1 ? -1000f + piece.length() * 10f : -2000f);
            }
        }

        int size() {
            return tokens.size();
        }

        boolean isWhole(int token) {
            return whole.contains(tokens.get(token));
        }

        private void add(String token, int type, float score) {
            tokens.add(token);
            types.add(type);
            scores.add(score);
        }
    }
}
