package dev.inferencekey.engine.gguf;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a GGUF file says about itself: scalar metadata and the names of its tensors.
 *
 * <p>Read before llama.cpp sees the file, so that a wrong file gets a sentence and not a crash, and because the
 * binding does not tell what it read. Immutable and thread-safe.
 *
 * @param metadata scalar values by key: {@code String}, {@code Boolean}, {@code Long} or {@code Double}; arrays left out
 * @param tensorNames the names of all tensors
 * @param longestToken the length in bytes of the longest piece of text that one token stands for; at least 1
 */
public record GgufHeader(Map<String, Object> metadata, Set<String> tensorNames, int longestToken) {
    // Far beyond any real model; only there so that random bytes are refused early and with a sentence.
    private static final long MAX_COUNT = 10_000_000;
    private static final long MAX_STRING = 64L << 20;
    private static final int MAX_DIMENSIONS = 4;
    private static final String TOKENS = "tokenizer.ggml.tokens";

    /** Copies what it is given. */
    public GgufHeader {
        metadata = Map.copyOf(metadata);
        tensorNames = Set.copyOf(tensorNames);
        if (longestToken < 1) {
            throw new IllegalArgumentException("longestToken must be at least 1");
        }
    }

    /**
     * Reads the header of {@code file}.
     *
     * @throws GgufFormatException if there is no such file, it is not GGUF version 2 or 3, or it is cut off
     */
    public static GgufHeader read(Path file) {
        if (Files.isDirectory(file)) {
            throw new GgufFormatException("The model file " + file + " is a folder; name the .gguf file in it.");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return new Reader(file, in, Files.size(file)).read();
        } catch (NoSuchFileException e) {
            throw new GgufFormatException("There is no model file " + file + "; check the path given with -m.");
        } catch (EOFException e) {
            throw new GgufFormatException(
                    "The model file " + file + " is cut off; copy or download it again, it is incomplete.");
        } catch (IOException e) {
            throw new GgufFormatException("The model file " + file + " cannot be read ("
                    + e.getClass().getSimpleName() + "); check its permissions.");
        }
    }

    /** The architecture, such as {@code llama} or {@code bert}; empty text if the file does not say. */
    public String architecture() {
        return text("general.architecture").orElse("");
    }

    /** The number of tokens that the model was trained to see at once. */
    public OptionalInt contextLength() {
        return number(architecture() + ".context_length");
    }

    /** How the model wants its embeddings pooled (0 none, 1 mean, 2 cls, 3 last, 4 rank), if it says so. */
    public OptionalInt poolingType() {
        return number(architecture() + ".pooling_type");
    }

    /** Whether the model can score a pair of texts: it has a classifier head. */
    public boolean hasClassifier() {
        return tensorNames.contains("cls.weight") || tensorNames.contains("cls.output.weight");
    }

    /**
     * How many tokens llama.cpp puts around a text by itself (beginning, end, separator of the sequence).
     *
     * <p>The defaults where the file is silent are those of llama.cpp's vocabulary loader.
     */
    public int addedTokens() {
        String model = text("tokenizer.ggml.model").orElse("");
        if (model.equals("bert")) {
            return 2;
        }
        String pre = text("tokenizer.ggml.pre").orElse("");
        boolean beginsByDefault = model.equals("llama")
                || Set.of("llama3", "llama-v3", "llama-bpe", "tekken", "chameleon")
                        .contains(pre);
        boolean begins = flag("tokenizer.ggml.add_bos_token").orElse(beginsByDefault);
        boolean ends = flag("tokenizer.ggml.add_eos_token").orElse(model.equals("t5"));
        return (begins ? 1 : 0) + (ends ? 1 : 0);
    }

    private Optional<String> text(String key) {
        return metadata.get(key) instanceof String value ? Optional.of(value) : Optional.empty();
    }

    private Optional<Boolean> flag(String key) {
        return metadata.get(key) instanceof Boolean value ? Optional.of(value) : Optional.empty();
    }

    private OptionalInt number(String key) {
        return metadata.get(key) instanceof Long value && value >= 0 && value <= Integer.MAX_VALUE
                ? OptionalInt.of(value.intValue())
                : OptionalInt.empty();
    }

    /** One pass over the header; counts and lengths are checked against the file's size before they are believed. */
    private static final class Reader {
        private final Path file;
        private final InputStream in;
        private final long size;
        private long position;
        private int longestToken = 1;

        Reader(Path file, InputStream in, long size) {
            this.file = file;
            this.in = in;
            this.size = size;
        }

        GgufHeader read() throws IOException {
            byte[] magic = in.readNBytes(4);
            position = magic.length;
            if (!new String(magic, StandardCharsets.ISO_8859_1).equals(GgufType.MAGIC)) {
                throw new GgufFormatException("The file " + file + " is not a GGUF model (it does not start with GGUF);"
                        + " convert the model or download its .gguf file.");
            }
            long version = little(4);
            if (version != GgufType.VERSION && version != 2) {
                throw new GgufFormatException(
                        "The model file " + file + " has GGUF version " + version + "; versions 2 and 3 can be read.");
            }
            long tensors = count("tensors");
            long pairs = count("metadata values");
            Map<String, Object> metadata = new HashMap<>();
            for (long i = 0; i < pairs; i++) {
                String key = string();
                value(key, (int) little(4), metadata);
            }
            Set<String> names = new HashSet<>();
            long farthest = 0;
            for (long i = 0; i < tensors; i++) {
                names.add(string());
                long dimensions = little(4);
                if (dimensions > MAX_DIMENSIONS) {
                    throw damaged("a tensor with " + dimensions + " dimensions");
                }
                skip(8 * dimensions + 4);
                farthest = Math.max(farthest, little(8));
            }
            if (tensors > 0 && (farthest < 0 || farthest >= size - position)) {
                throw new EOFException();
            }
            return new GgufHeader(metadata, names, longestToken);
        }

        private void value(String key, int type, Map<String, Object> metadata) throws IOException {
            switch (type) {
                case GgufType.STRING -> metadata.put(key, string());
                case GgufType.BOOL -> metadata.put(key, little(1) != 0);
                case GgufType.FLOAT32 -> metadata.put(key, (double) Float.intBitsToFloat((int) little(4)));
                case GgufType.FLOAT64 -> metadata.put(key, Double.longBitsToDouble(little(8)));
                case GgufType.ARRAY -> array(key);
                default -> metadata.put(key, little(fixedSize(type)));
            }
        }

        private void array(String key) throws IOException {
            int type = (int) little(4);
            long length = count("array elements");
            if (type == GgufType.STRING) {
                for (long i = 0; i < length; i++) {
                    long bytes = stringLength();
                    skip(bytes);
                    if (key.equals(TOKENS)) {
                        longestToken = Math.max(longestToken, (int) bytes);
                    }
                }
            } else {
                skip(length * fixedSize(type));
            }
        }

        private int fixedSize(int type) {
            int bytes = GgufType.fixedSize(type);
            if (bytes == 0) {
                throw damaged("a value of the unknown type " + type);
            }
            return bytes;
        }

        private long count(String what) throws IOException {
            long count = little(8);
            if (count < 0 || count > MAX_COUNT) {
                throw damaged("an absurd number of " + what);
            }
            return count;
        }

        private String string() throws IOException {
            int length = (int) stringLength();
            byte[] bytes = in.readNBytes(length);
            position += bytes.length;
            if (bytes.length < length) {
                throw new EOFException();
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private long stringLength() throws IOException {
            long length = little(8);
            if (length < 0 || length > MAX_STRING) {
                throw damaged("a text of absurd length");
            }
            if (length > size - position) {
                throw new EOFException();
            }
            return length;
        }

        private long little(int bytes) throws IOException {
            long value = 0;
            for (int i = 0; i < bytes; i++) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
                value |= (long) next << (8 * i);
            }
            position += bytes;
            return value;
        }

        private void skip(long bytes) throws IOException {
            if (bytes > size - position) {
                throw new EOFException();
            }
            in.skipNBytes(bytes);
            position += bytes;
        }

        private GgufFormatException damaged(String found) {
            return new GgufFormatException(
                    "The model file " + file + " is damaged (it announces " + found + "); copy or download it again.");
        }
    }
}
