package dev.inferencekey;

import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of what a person says to a model that reads more than text. Immutable.
 *
 * {@snippet :
 * ChatMessage.user(ContentPart.text("What is this?"), ContentPart.image(Files.readAllBytes(path), "image/png"));
 * }
 */
public final class ContentPart {
    private final Map<String, @Nullable Object> json;

    private ContentPart(Map<String, @Nullable Object> json) {
        this.json = json;
    }

    /** Words. */
    public static ContentPart text(String text) {
        return of(PlainJson.pair("type", "text", "text", text));
    }

    /** A picture that the model server fetches itself, or a {@code data:} URL. */
    public static ContentPart imageUrl(String url) {
        return of(PlainJson.pair("type", "image_url", "image_url", Map.of("url", url)));
    }

    /**
     * A picture, sent along.
     *
     * @param mediaType such as {@code image/png}
     */
    public static ContentPart image(byte[] bytes, String mediaType) {
        if (!mediaType.toLowerCase(Locale.ROOT).startsWith("image/") || mediaType.contains(",")) {
            throw new ValidationException("the media type of an image must begin with image/");
        }
        return imageUrl("data:" + mediaType + ";base64," + Base64.getEncoder().encodeToString(bytes));
    }

    /**
     * A recording, sent along.
     *
     * @param format {@code wav} or {@code mp3}; some servers take others
     */
    public static ContentPart audio(byte[] bytes, String format) {
        if (format.isBlank()) {
            throw new ValidationException("the format of audio must not be empty");
        }
        String data = Base64.getEncoder().encodeToString(bytes);
        return of(PlainJson.pair("type", "input_audio", "input_audio", PlainJson.pair("data", data, "format", format)));
    }

    /** Any other part, as plain JSON, such as {@code video_url} of vLLM. */
    public static ContentPart of(Map<String, ?> part) {
        if (!(part.get("type") instanceof String)) {
            throw new ValidationException("a part of a message must have a type");
        }
        return new ContentPart(PlainJson.object(part, "content"));
    }

    Map<String, @Nullable Object> toJson() {
        return json;
    }

    /** The type alone: contents are large, and private. */
    @Override
    public String toString() {
        return "ContentPart[" + json.get("type") + "]";
    }
}
