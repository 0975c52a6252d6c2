package dev.inferencekey;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Takes a caller's values as JSON: copied deeply, so that later changes have no effect, and refused if they are no JSON. */
final class PlainJson {
    private static final int DEEPEST = 100;
    private static final Set<Class<?>> NUMBERS =
            Set.of(Byte.class, Short.class, Integer.class, Long.class, BigInteger.class, BigDecimal.class);

    private PlainJson() {}

    /** An unmodifiable copy. {@code name} is for messages. */
    static Map<String, @Nullable Object> object(Map<String, ?> source, String name) {
        return object(source, name, (path, text) -> {});
    }

    /** The same, showing each text and each name in it to {@code eachText}, with where it stands. */
    static Map<String, @Nullable Object> object(
            Map<String, ?> source, String name, BiConsumer<String, String> eachText) {
        return copyObject(source, name, 0, eachText);
    }

    /** An unmodifiable copy of any JSON value. */
    static @Nullable Object value(@Nullable Object source, String name) {
        return copy(source, name, 0, (path, text) -> {});
    }

    /** An object of two members in this order: the same request must be the same bytes, which servers' prompt caches go by. */
    static Map<String, @Nullable Object> pair(
            String name, @Nullable Object value, String otherName, @Nullable Object otherValue) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(name, value);
        fields.put(otherName, otherValue);
        return Collections.unmodifiableMap(fields);
    }

    private static @Nullable Object copy(
            @Nullable Object value, String path, int depth, BiConsumer<String, String> eachText) {
        if (depth > DEEPEST) {
            throw new ValidationException(path + " is nested deeper than " + DEEPEST + " levels");
        }
        if (value == null || value instanceof Boolean || NUMBERS.contains(value.getClass())) {
            return value;
        }
        if (value instanceof String text) {
            eachText.accept(path, text);
            return text;
        }
        if (value instanceof Double || value instanceof Float) {
            if (!Double.isFinite(((Number) value).doubleValue())) {
                throw new ValidationException(path + " must be a finite number");
            }
            return value;
        }
        if (value instanceof Map<?, ?> map) {
            return copyObject(map, path, depth, eachText);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> elements = new ArrayList<>(list.size());
            for (Object element : list) {
                elements.add(copy(element, path + "[" + elements.size() + "]", depth + 1, eachText));
            }
            return Collections.unmodifiableList(elements);
        }
        throw new ValidationException(
                path + " must be made of Map, List, String, Number, Boolean and null, but holds a "
                        + value.getClass().getName());
    }

    private static Map<String, @Nullable Object> copyObject(
            Map<?, ?> map, String path, int depth, BiConsumer<String, String> eachText) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                throw new ValidationException("the names in " + path + " must be strings");
            }
            eachText.accept(path, name);
            fields.put(name, copy(entry.getValue(), path + "." + name, depth + 1, eachText));
        }
        return Collections.unmodifiableMap(fields);
    }
}
