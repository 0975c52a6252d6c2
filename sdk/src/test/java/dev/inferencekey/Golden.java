package dev.inferencekey;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** The golden fixtures, and JSON as the tests read it: with a mapper of their own, so that the client's is tested too. */
final class Golden {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Golden() {}

    static byte[] bytes(String path) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + path)) {
            if (in == null) {
                throw new IllegalArgumentException("no golden file " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String path) {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    static Map<String, @Nullable Object> object(String path) {
        return parse(bytes(path));
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, @Nullable Object>> table(String path) {
        return (List<Map<String, @Nullable Object>>) JSON.readValue(bytes(path), Object.class);
    }

    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> parse(byte[] json) {
        return (Map<String, @Nullable Object>) JSON.readValue(json, Object.class);
    }

    static byte[] write(@Nullable Object json) {
        return JSON.writeValueAsBytes(json);
    }
}
