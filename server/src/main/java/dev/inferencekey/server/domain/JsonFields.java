package dev.inferencekey.server.domain;

import dev.inferencekey.contract.credential.Redaction;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one plain JSON object and refuses what does not fit, naming the path. A field that is null counts as absent.
 * Not changed by reading; as thread-safe as the map under it.
 */
public final class JsonFields {
    private static final int SHOWN = 60;

    private final String path;
    private final Map<String, ? extends @Nullable Object> values;

    private JsonFields(String path, Map<String, ? extends @Nullable Object> values) {
        this.path = path;
        this.values = values;
    }

    /** The fields of a request's body. */
    public static JsonFields ofBody(Map<String, ? extends @Nullable Object> values) {
        return new JsonFields("", values);
    }

    /** The fields of an object inside a body; {@code path} is where it is. */
    public static JsonFields of(String path, Map<String, ? extends @Nullable Object> values) {
        return new JsonFields(path, values);
    }

    /** The full path of one of these fields. */
    public String pathOf(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    /** Refuses fields that are not in {@code known}: a typo must not pass silently. */
    public void refuseUnknown(Collection<String> known) {
        for (String field : values.keySet()) {
            if (!known.contains(field)) {
                String shown = pathOf(show(field));
                throw new InvalidFieldException(
                        shown, "unknown field " + shown + "; known ones are " + String.join(", ", known));
            }
        }
    }

    public boolean has(String field) {
        return values.get(field) != null;
    }

    /** Whether the field is there and null, for the few fields where that says more than nothing. */
    public boolean isNull(String field) {
        return values.containsKey(field) && !has(field);
    }

    /** The text, null if absent. May be blank. */
    public @Nullable String text(String field, int maxLength) {
        Object value = values.get(field);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text)) {
            throw wrong(field, "must be a string");
        }
        if (text.length() > maxLength) {
            throw wrong(field, "is too long: " + text.length() + " characters, at most " + maxLength + " are allowed");
        }
        return text;
    }

    /** The text, null if absent; blank is refused. */
    public @Nullable String nonBlankText(String field, int maxLength) {
        String text = text(field, maxLength);
        if (text != null && text.isBlank()) {
            throw wrong(field, "must not be empty");
        }
        return text;
    }

    /** The text; absent and blank are refused. */
    public String requiredText(String field, int maxLength) {
        String text = nonBlankText(field, maxLength);
        if (text == null) {
            throw wrong(field, "is required");
        }
        return text;
    }

    /** The boolean, null if absent. */
    public @Nullable Boolean bool(String field) {
        Object value = values.get(field);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Boolean flag)) {
            throw wrong(field, "must be true or false");
        }
        return flag;
    }

    /** The object, null if absent. */
    @SuppressWarnings("unchecked") // the keys of a JSON object are strings
    public @Nullable Map<String, @Nullable Object> object(String field) {
        Object value = values.get(field);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Map<?, ?>)) {
            throw wrong(field, "must be an object");
        }
        return (Map<String, @Nullable Object>) value;
    }

    /** The fields of the object, null if absent. */
    public @Nullable JsonFields fields(String field) {
        Map<String, @Nullable Object> object = object(field);
        return object == null ? null : of(pathOf(field), object);
    }

    /** The list of non-blank texts, null if absent; it may be empty. */
    public @Nullable List<String> texts(String field, int maxCount, int maxLength) {
        Object value = values.get(field);
        if (value == null) {
            return null;
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(field, "must be a list of strings");
        }
        if (list.size() > maxCount) {
            throw wrong(field, "has too many entries: at most " + maxCount + " are allowed");
        }
        List<String> texts = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof String text) || text.isBlank() || text.length() > maxLength) {
                throw wrong(
                        field + "[" + i + "]", "must be a non-empty string of at most " + maxLength + " characters");
            }
            texts.add(text);
        }
        return texts;
    }

    /** The whole number from {@code min} to {@code max}, null if absent. */
    public @Nullable Integer integer(String field, int min, int max) {
        BigDecimal number = decimal(field);
        if (number == null) {
            return null;
        }
        // The range comes first: making a whole number out of 1e999999999 would fill the memory.
        if (outside(number, BigDecimal.valueOf(min), BigDecimal.valueOf(max))
                || number.stripTrailingZeros().scale() > 0) {
            throw wrong(field, "must be a whole number from " + min + " to " + max);
        }
        return number.intValueExact();
    }

    /** The same for numbers that may be larger. */
    public @Nullable Long wholeNumber(String field, long min, long max) {
        BigDecimal number = decimal(field);
        if (number == null) {
            return null;
        }
        if (outside(number, BigDecimal.valueOf(min), BigDecimal.valueOf(max))
                || number.stripTrailingZeros().scale() > 0) {
            throw wrong(field, "must be a whole number from " + min + " to " + max);
        }
        return number.longValueExact();
    }

    /** The number from {@code min} to {@code max}, null if absent. */
    public @Nullable Double number(String field, double min, double max) {
        BigDecimal number = decimal(field);
        if (number == null) {
            return null;
        }
        BigDecimal low = BigDecimal.valueOf(min).stripTrailingZeros();
        BigDecimal high = BigDecimal.valueOf(max).stripTrailingZeros();
        if (outside(number, low, high)) {
            throw wrong(field, "must be a number from " + low.toPlainString() + " to " + high.toPlainString());
        }
        return number.doubleValue();
    }

    /** A refusal of one of these fields; {@code problem} goes on after its path: {@code must be a string}. */
    public InvalidFieldException wrong(String field, String problem) {
        String full = pathOf(field);
        return new InvalidFieldException(full, full + " " + problem);
    }

    /** Text from outside as it may appear in a message: short, on one line, without credentials. */
    public static String show(String fromOutside) {
        String oneLine = Redaction.scrub(fromOutside).replaceAll("\\p{C}", "?");
        return oneLine.length() <= SHOWN ? oneLine : oneLine.substring(0, SHOWN) + "…";
    }

    private @Nullable BigDecimal decimal(String field) {
        Object value = values.get(field);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number)) {
            throw wrong(field, "must be a number");
        }
        try {
            return new BigDecimal(number.toString());
        } catch (NumberFormatException e) { // NaN and the infinities of a lenient parser
            throw wrong(field, "must be a finite number");
        }
    }

    private static boolean outside(BigDecimal number, BigDecimal low, BigDecimal high) {
        return number.compareTo(low) < 0 || number.compareTo(high) > 0;
    }
}
