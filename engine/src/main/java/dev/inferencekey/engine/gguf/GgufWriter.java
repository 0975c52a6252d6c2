package dev.inferencekey.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Writes small model files in the GGUF v3 format.
 *
 * <p>Layout, all little-endian, as ggml's docs/gguf.md gives it: magic, version, number of tensors, number of metadata
 * pairs; the pairs; for each tensor its name, dimensions (fastest first), type and offset; padding; the tensors' data,
 * each padded to 32 bytes. Everything is held in memory until {@link #write}: meant for files of a few megabytes. Not
 * thread-safe.
 */
public final class GgufWriter {
    private static final int FLOAT32 = 0;
    private static final int FLOAT16 = 1;

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensorInfos = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private long metadataCount;
    private long tensorCount;

    /** An empty file: no metadata, no tensors. */
    public GgufWriter() {}

    /** Adds a string. */
    public GgufWriter text(String key, String value) {
        key(key, GgufType.STRING);
        string(metadata, value);
        return this;
    }

    /** Adds an unsigned 32-bit number; {@code value} is not negative. */
    public GgufWriter uint32(String key, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(key + " must not be negative");
        }
        key(key, GgufType.UINT32);
        int32(metadata, value);
        return this;
    }

    /** Adds a 32-bit floating-point number. */
    public GgufWriter float32(String key, float value) {
        key(key, GgufType.FLOAT32);
        int32(metadata, Float.floatToRawIntBits(value));
        return this;
    }

    /** Adds a boolean. */
    public GgufWriter bool(String key, boolean value) {
        key(key, GgufType.BOOL);
        metadata.write(value ? 1 : 0);
        return this;
    }

    /** Adds an array of strings. */
    public GgufWriter texts(String key, List<String> values) {
        array(key, GgufType.STRING, values.size());
        for (String value : values) {
            string(metadata, value);
        }
        return this;
    }

    /** Adds an array of 32-bit floating-point numbers. */
    public GgufWriter float32s(String key, List<Float> values) {
        array(key, GgufType.FLOAT32, values.size());
        for (float value : values) {
            int32(metadata, Float.floatToRawIntBits(value));
        }
        return this;
    }

    /** Adds an array of signed 32-bit numbers. */
    public GgufWriter int32s(String key, List<Integer> values) {
        array(key, GgufType.INT32, values.size());
        for (int value : values) {
            int32(metadata, value);
        }
        return this;
    }

    /** Adds a tensor of 32-bit floats, as biases and the weights of norms must be; {@code dimensions} fastest first. */
    public GgufWriter float32Tensor(String name, float[] values, int... dimensions) {
        if (Arrays.stream(dimensions).reduce(1, Math::multiplyExact) != values.length) {
            throw new IllegalArgumentException("the dimensions of " + name + " do not fit its values");
        }
        tensor(name, FLOAT32, dimensions);
        for (float value : values) {
            int32(data, Float.floatToRawIntBits(value));
        }
        return this;
    }

    /** Adds a tensor of 16-bit floats from rows of equal length. */
    public GgufWriter float16Matrix(String name, float[][] rows) {
        int columns = rows[0].length;
        tensor(name, FLOAT16, columns, rows.length);
        for (float[] row : rows) {
            if (row.length != columns) {
                throw new IllegalArgumentException("rows of " + name + " differ in length");
            }
            for (float value : row) {
                short bits = Float.floatToFloat16(value);
                data.write(bits);
                data.write(bits >> 8);
            }
        }
        return this;
    }

    /** The whole file. */
    public byte[] toByteArray() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(GgufType.MAGIC.getBytes(StandardCharsets.US_ASCII));
        int32(out, GgufType.VERSION);
        int64(out, tensorCount);
        int64(out, metadataCount);
        out.writeBytes(metadata.toByteArray());
        out.writeBytes(tensorInfos.toByteArray());
        pad(out);
        out.writeBytes(data.toByteArray());
        return out.toByteArray();
    }

    /**
     * Writes the file whole or not at all: to a temporary name beside {@code target}, to the disk, then moved over it.
     *
     * @throws IOException if the folder cannot be created or written; no partial file is left under either name
     */
    public void write(Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(target + " is not the name of a file");
        }
        Files.createDirectories(folder);
        // Not createTempFile, whose files only their owner may read: engines may run as another user.
        Path temporary = folder.resolve(".gguf-" + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                ByteBuffer bytes = ByteBuffer.wrap(toByteArray());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void key(String key, int type) {
        metadataCount++;
        string(metadata, key);
        int32(metadata, type);
    }

    private void array(String key, int elementType, int size) {
        key(key, GgufType.ARRAY);
        int32(metadata, elementType);
        int64(metadata, size);
    }

    private void tensor(String name, int type, int... dimensions) {
        tensorCount++;
        pad(data);
        string(tensorInfos, name);
        int32(tensorInfos, dimensions.length);
        for (int dimension : dimensions) {
            int64(tensorInfos, dimension);
        }
        int32(tensorInfos, type);
        int64(tensorInfos, data.size());
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % GgufType.DEFAULT_ALIGNMENT != 0) {
            out.write(0);
        }
    }

    private static void string(ByteArrayOutputStream out, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        int64(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private static void int64(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
