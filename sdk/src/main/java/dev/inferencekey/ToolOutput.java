package dev.inferencekey;

import dev.inferencekey.internal.Json;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes what a function gave back as the text that a model is told. */
final class ToolOutput {
    private static final int DEEPEST = 100;

    private ToolOutput() {}

    /** @param tool for messages */
    static String text(@Nullable Object result, String tool) {
        return result instanceof String text ? text : Json.text(plain(result, "the result of " + tool, 0));
    }

    private static @Nullable Object plain(@Nullable Object value, String path, int depth) {
        if (depth > DEEPEST) {
            throw new ValidationException(path + " is nested deeper than " + DEEPEST + " levels");
        }
        if (value instanceof Optional<?> optional) {
            return plain(optional.orElse(null), path, depth + 1);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof TemporalAccessor
                || value instanceof Duration
                || value instanceof UUID
                || value instanceof URI) {
            return value.toString();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            map.forEach((key, element) -> json.put(
                    key instanceof Enum<?> constant ? constant.name() : String.valueOf(key),
                    plain(element, path + "." + key, depth + 1)));
            return json;
        }
        if (value instanceof Collection<?> collection) {
            List<@Nullable Object> json = new ArrayList<>();
            collection.forEach(element -> json.add(plain(element, path + "[" + json.size() + "]", depth + 1)));
            return json;
        }
        if (value != null && value.getClass().isArray()) {
            List<@Nullable Object> json = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                json.add(plain(Array.get(value, i), path + "[" + i + "]", depth + 1));
            }
            return json;
        }
        return value instanceof Record record ? members(record, path, depth) : PlainJson.value(value, path);
    }

    private static Map<String, @Nullable Object> members(Record record, String path, int depth) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String name = component.getName();
            json.put(name, plain(read(record, component), path + "." + name, depth + 1));
        }
        return json;
    }

    private static @Nullable Object read(Record record, RecordComponent component) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(component + " can't be read", e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(component + " can't be read", e);
        }
    }
}
