package dev.inferencekey;

import java.lang.reflect.InvocationTargetException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes records from JSON. Members that the record does not have are passed over; everything else that does not fit is a {@link
 * Mismatch} that names the place. Values are never quoted: they are private.
 */
final class ShapeReader {
    private ShapeReader() {}

    /** Something does not fit. Never leaves this package. */
    static final class Mismatch extends RuntimeException {
        private final String path;
        private final String reason;

        /** @param path such as {@code orders[2].price}; empty for the whole */
        Mismatch(String path, String reason) {
            super(path + ": " + reason, null, false, false);
            this.path = path;
            this.reason = reason;
        }

        String path() {
            return path;
        }

        /** A sentence: what is wrong, and where. */
        String sentence() {
            return path.isEmpty() ? reason : path + " " + reason;
        }
    }

    static Object read(Shape.Members record, @Nullable Object value) {
        return record(record, value, "");
    }

    private static @Nullable Object read(Shape shape, @Nullable Object value, String path) {
        if (shape instanceof Shape.Maybe maybe) {
            Object inner = value == null ? null : read(maybe.value(), value, path);
            return maybe.optional() ? Optional.ofNullable(inner) : inner;
        }
        if (value == null) {
            throw new Mismatch(path, "must not be null");
        }
        if (shape instanceof Shape.Single single) {
            return scalar(single.scalar(), value, path);
        }
        if (shape instanceof Shape.Choice choice) {
            return constant(choice, value, path);
        }
        if (shape instanceof Shape.Items items) {
            return items(items, value, path);
        }
        if (shape instanceof Shape.Entries entries) {
            return entries(entries, value, path);
        }
        if (shape instanceof Shape.Variants variants) {
            return variant(variants, value, path);
        }
        return record((Shape.Members) shape, value, path);
    }

    private static Object scalar(Scalar scalar, Object value, String path) {
        Object read;
        try {
            read = scalar.read().apply(value);
        } catch (IllegalArgumentException | DateTimeException e) {
            read = null;
        }
        if (read == null) {
            throw new Mismatch(path, "must be " + scalar.due());
        }
        return read;
    }

    private static Object constant(Shape.Choice choice, Object value, String path) {
        for (Object constant : choice.type().getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(value)) {
                return constant;
            }
        }
        throw new Mismatch(path, "must be one of " + String.join(", ", choice.names()));
    }

    private static Object items(Shape.Items items, Object value, String path) {
        if (!(value instanceof List<?> list)) {
            throw new Mismatch(path, "must be a list");
        }
        List<@Nullable Object> elements = new ArrayList<>(list.size());
        for (Object element : list) {
            elements.add(read(items.element(), element, path + "[" + elements.size() + "]"));
        }
        Collection<@Nullable Object> whole = items.unique()
                ? Collections.unmodifiableSet(new LinkedHashSet<>(elements))
                : Collections.unmodifiableList(elements);
        return whole;
    }

    private static Object entries(Shape.Entries entries, Object value, String path) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> object) {
            object.forEach((key, element) -> {
                String name = String.valueOf(key);
                map.put(name, read(entries.value(), element, path + "{" + map.size() + "}"));
            });
        } else if (value instanceof List<?> list) {
            for (Object element : list) {
                String at = path + "[" + map.size() + "]";
                if (!(element instanceof Map<?, ?> pair) || !(pair.get("key") instanceof String key)) {
                    throw new Mismatch(at, "must be an object with key and value");
                }
                if (map.containsKey(key)) {
                    throw new Mismatch(at, "has a key that was there before");
                }
                map.put(key, read(entries.value(), pair.get("value"), at + ".value"));
            }
        } else {
            throw new Mismatch(path, "must be a list of objects with key and value");
        }
        return Collections.unmodifiableMap(map);
    }

    private static Object variant(Shape.Variants variants, Object value, String path) {
        if (!(value instanceof Map<?, ?> object)) {
            throw new Mismatch(path, "must be an object");
        }
        Object tag = object.get(Shape.Variants.TAG);
        List<String> tags = new ArrayList<>();
        for (Shape.Members record : variants.records()) {
            if (tag != null && tag.equals(record.tag())) {
                return record(record, value, path);
            }
            tags.add(String.valueOf(record.tag()));
        }
        throw new Mismatch(below(path, Shape.Variants.TAG), "must be one of " + String.join(", ", tags));
    }

    private static Object record(Shape.Members record, @Nullable Object value, String path) {
        if (!(value instanceof Map<?, ?> object)) {
            throw new Mismatch(path, path.isEmpty() ? "a JSON object is due" : "must be an object");
        }
        @Nullable Object[] arguments = new Object[record.members().size()];
        for (int i = 0; i < arguments.length; i++) {
            Shape.Member member = record.members().get(i);
            String at = below(path, member.name());
            Object given = object.get(member.name());
            if (given == null && !object.containsKey(member.name()) && !(member.shape() instanceof Shape.Maybe)) {
                throw new Mismatch(at, "is missing");
            }
            arguments[i] = read(member.shape(), given, at);
        }
        try {
            return record.constructor().newInstance(arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof Error error) {
                throw error;
            }
            String said = cause.getMessage();
            String reason = "was refused by " + record.type().getSimpleName() + (said == null ? "" : ": " + said);
            throw new Mismatch(path, path.isEmpty() ? "it " + reason : reason);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(record.type().getName() + " can't be made", e);
        }
    }

    private static String below(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
