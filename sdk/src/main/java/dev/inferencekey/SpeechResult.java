package dev.inferencekey;

/** What a model spoke. Immutable, apart from the array. */
public final class SpeechResult {
    private final byte[] bytes;
    private final String mediaType;

    SpeechResult(byte[] bytes, String mediaType) {
        this.bytes = bytes;
        this.mediaType = mediaType;
    }

    /** The sound; the array is the caller's. */
    public byte[] bytes() {
        return bytes;
    }

    /** Its type, such as {@code audio/wav}; {@code application/octet-stream} if the server does not say. */
    public String mediaType() {
        return mediaType;
    }

    /** Type and size. */
    @Override
    public String toString() {
        return "SpeechResult[" + Shown.name(mediaType) + ", " + bytes.length + " bytes]";
    }
}
