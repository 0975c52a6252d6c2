package dev.inferencekey.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** The golden fixtures as bytes and as plain JSON values. */
public final class Golden {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Golden() {}

    public static byte[] bytes(String path) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + path)) {
            if (in == null) {
                throw new IllegalArgumentException("no golden file " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Map<String, @Nullable Object> object(String path) {
        return asObject(JSON.readValue(bytes(path), Object.class));
    }

    /** A table: an array of objects. */
    public static List<Map<String, @Nullable Object>> table(String path) {
        return asTable(JSON.readValue(bytes(path), Object.class));
    }

    @SuppressWarnings("unchecked")
    public static Map<String, @Nullable Object> asObject(@Nullable Object value) {
        return (Map<String, @Nullable Object>) present(value);
    }

    @SuppressWarnings("unchecked")
    public static List<Map<String, @Nullable Object>> asTable(@Nullable Object value) {
        return (List<Map<String, @Nullable Object>>) present(value);
    }

    @SuppressWarnings("unchecked")
    public static List<String> asTexts(@Nullable Object value) {
        return (List<String>) present(value);
    }

    public static String text(Map<String, @Nullable Object> row, String key) {
        return (String) present(row.get(key));
    }

    public static long number(Map<String, @Nullable Object> row, String key) {
        return ((Number) present(row.get(key))).longValue();
    }

    public static boolean flag(Map<String, @Nullable Object> row, String key) {
        return (Boolean) present(row.get(key));
    }

    public static byte[] base64(Map<String, @Nullable Object> row, String key) {
        return Base64.getDecoder().decode(text(row, key));
    }

    public static @Nullable Object parse(byte[] json) {
        return JSON.readValue(json, Object.class);
    }

    /** Every fixture's path below {@code golden/}. */
    public static List<String> all() {
        URL root = Golden.class.getResource("/golden");
        if (root == null) {
            throw new IllegalStateException("the golden fixtures are not on the class path");
        }
        try {
            Path folder = Path.of(root.toURI());
            try (Stream<Path> files = Files.walk(folder)) {
                return files.filter(Files::isRegularFile)
                        .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                        .sorted()
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object present(@Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException("the golden file lacks a value");
        }
        return value;
    }
}
