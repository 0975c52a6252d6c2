package dev.inferencekey.engine.gguf;

/** The numbers by which GGUF v3 names the types of metadata values (ggml's docs/gguf.md, "gguf_metadata_value_type"). */
final class GgufType {
    static final int UINT8 = 0;
    static final int INT8 = 1;
    static final int UINT16 = 2;
    static final int INT16 = 3;
    static final int UINT32 = 4;
    static final int INT32 = 5;
    static final int FLOAT32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;
    static final int UINT64 = 10;
    static final int INT64 = 11;
    static final int FLOAT64 = 12;

    /** The first four bytes of every GGUF file. */
    static final String MAGIC = "GGUF";

    static final int VERSION = 3;

    /** Tensor data starts, and each tensor in it, at a multiple of this unless the file says otherwise. */
    static final int DEFAULT_ALIGNMENT = 32;

    private GgufType() {}

    /** The size in bytes of a value of fixed size; 0 for strings, arrays and unknown types. */
    static int fixedSize(int type) {
        return switch (type) {
            case UINT8, INT8, BOOL -> 1;
            case UINT16, INT16 -> 2;
            case UINT32, INT32, FLOAT32 -> 4;
            case UINT64, INT64, FLOAT64 -> 8;
            default -> 0;
        };
    }
}
