package dev.inferencekey;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a request's body: those that have a method in its builder, and any others. Not thread-safe. */
final class Settings {
    private final Set<String> reserved;
    private final Map<String, @Nullable Object> named = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> extra = new LinkedHashMap<>();

    /** @param reserved fields that can't be extra ones: the client always sets them */
    Settings(Set<String> reserved) {
        this.reserved = reserved;
    }

    void set(String field, Object value) {
        named.put(field, value);
    }

    /** Sets a text that must not be blank. */
    void text(String field, String value) {
        if (value.isBlank()) {
            throw new ValidationException(field + " must not be empty");
        }
        set(field, value);
    }

    /** Sets a number from {@code min} to {@code max}. */
    void number(String field, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new ValidationException(field + " must be from " + min + " to " + max);
        }
        set(field, value);
    }

    void extra(String field, @Nullable Object value) {
        if (reserved.contains(field)) {
            throw new ValidationException(field + " can't be an extra field: the client sets it");
        }
        extra.put(field, PlainJson.value(value, field));
    }

    /** Whether a field is set, in either way. */
    boolean contains(String field) {
        return named.containsKey(field) || extra.containsKey(field);
    }

    /** Whether a field is set as an extra one. */
    boolean containsExtra(String field) {
        return extra.containsKey(field);
    }

    void remove(String field) {
        named.remove(field);
    }

    /** Takes over all fields of others. */
    void addAll(Settings others) {
        named.putAll(others.named);
        extra.putAll(others.extra);
    }

    /**
     * A copy.
     *
     * @throws ValidationException if a field is set in both ways
     */
    Settings copy() {
        requireEachOnce();
        Settings copy = new Settings(reserved);
        copy.addAll(this);
        return copy;
    }

    /**
     * All fields, those with a method first.
     *
     * @throws ValidationException if a field is set in both ways
     */
    Map<String, @Nullable Object> fields() {
        requireEachOnce();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(named);
        fields.putAll(extra);
        return fields;
    }

    private void requireEachOnce() {
        for (String field : extra.keySet()) {
            if (named.containsKey(field)) {
                throw new ValidationException(field + " is set twice: by its method and as an extra field");
            }
        }
    }
}
