package dev.inferencekey.internal;

import java.net.http.HttpRequest.BodyPublisher;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON to and from plain Java values. The only class that knows the JSON library. Stateless and thread-safe. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            // Exact: a config must come back as it went.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /** An answer with one vector per input. */
    public record Embeddings(
            @Nullable List<@Nullable Embedding> data,
            @Nullable String model,
            @Nullable Map<String, Object> usage) {}

    /** One vector of such an answer; an array, because boxed numbers would take ten times the memory. Never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Embedding(@Nullable Integer index, float @Nullable [] embedding) {
        @Override
        public String toString() {
            return "Embedding[" + index + "]";
        }
    }

    /** The object as a request's body; it may be published many times. */
    public static BodyPublisher write(Map<String, ? extends @Nullable Object> object) {
        return new BytesBody(MAPPER.writeValueAsBytes(object));
    }

    /** The value as JSON text. */
    public static String text(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /**
     * Reads a value as unmodifiable {@code Map}, {@code List}, {@code String}, {@code Integer}, {@code Long}, {@code
     * BigInteger}, {@code BigDecimal}, {@code Boolean} or null.
     *
     * @throws JsonFormatException if it is not JSON
     */
    public static @Nullable Object read(byte[] text) {
        try {
            return unmodifiable(MAPPER.readValue(text, Object.class));
        } catch (JacksonException e) {
            throw unreadable(e);
        }
    }

    /** {@link #read(byte[])}. */
    public static @Nullable Object read(String text) {
        try {
            return unmodifiable(MAPPER.readValue(text, Object.class));
        } catch (JacksonException e) {
            throw unreadable(e);
        }
    }

    /** Reads vectors without a Java object for each number. */
    public static Embeddings readEmbeddings(byte[] text) {
        try {
            Embeddings embeddings = MAPPER.readValue(text, Embeddings.class);
            if (embeddings == null) {
                throw new JsonFormatException("it is null");
            }
            return embeddings;
        } catch (JacksonException e) {
            throw unreadable(e);
        }
    }

    /** Without the cause and its text: both may quote what was read. */
    private static JsonFormatException unreadable(JacksonException e) {
        var location = e.getLocation();
        return new JsonFormatException(
                location == null
                        ? "it can't be read"
                        : "it can't be read at line " + location.getLineNr() + ", column " + location.getColumnNr());
    }

    /** In place: nobody else has these maps and lists, and a copy of each would double what reading allocates. */
    @SuppressWarnings("unchecked")
    private static @Nullable Object unmodifiable(@Nullable Object value) {
        if (value instanceof Map<?, ?> read) {
            Map<String, @Nullable Object> map = (Map<String, @Nullable Object>) read;
            map.replaceAll((key, element) -> unmodifiable(element));
            return Collections.unmodifiableMap(map);
        }
        if (value instanceof List<?> read) {
            List<@Nullable Object> list = (List<@Nullable Object>) read;
            list.replaceAll(Json::unmodifiable);
            return Collections.unmodifiableList(list);
        }
        return value;
    }
}
