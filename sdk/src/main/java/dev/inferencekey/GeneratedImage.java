package dev.inferencekey;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A picture that a model drew: its bytes, or the address where it can be fetched. Immutable, apart from the array. */
public final class GeneratedImage {
    private final byte @Nullable [] bytes;
    private final @Nullable String url;
    private final @Nullable String mediaType;
    private final @Nullable String revisedPrompt;

    GeneratedImage(
            byte @Nullable [] bytes, @Nullable String url, @Nullable String mediaType, @Nullable String revisedPrompt) {
        this.bytes = bytes;
        this.url = url;
        this.mediaType = mediaType;
        this.revisedPrompt = revisedPrompt;
    }

    /** The picture; empty if the server gave an address. The array is the caller's. */
    public Optional<byte[]> bytes() {
        return Optional.ofNullable(bytes);
    }

    /** Where the picture can be fetched, often for a short time only; empty if the server gave the bytes. This client does not fetch it. */
    public Optional<String> url() {
        return Optional.ofNullable(url);
    }

    /** The type of the bytes, such as {@code image/png}; empty if it is not known. */
    public Optional<String> mediaType() {
        return Optional.ofNullable(mediaType);
    }

    /** What the model made of the prompt, where it tells. */
    public Optional<String> revisedPrompt() {
        return Optional.ofNullable(revisedPrompt);
    }

    /** Type and size, or the host: the rest of an address may open the picture to whoever reads it. */
    @Override
    public String toString() {
        String type = mediaType == null ? "image" : Shown.name(mediaType);
        return "GeneratedImage[" + type + ", " + (bytes == null ? "at " + host(url) : bytes.length + " bytes") + "]";
    }

    private static String host(@Nullable String url) {
        try {
            return Shown.name(URI.create(String.valueOf(url)).getHost());
        } catch (IllegalArgumentException e) {
            return "an unreadable address";
        }
    }
}
