package dev.inferencekey.engine.http;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A request's JSON object, whose fields are read with their types and ranges checked; null counts as absent. */
final class RequestBody {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final JsonNode root;

    private RequestBody(JsonNode root) {
        this.root = root;
    }

    static RequestBody parse(byte[] bytes) {
        JsonNode root;
        try {
            root = JSON.readTree(bytes);
        } catch (JacksonException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw ApiException.invalid(null, "The body is not valid JSON" + where + ".");
        }
        if (!(root instanceof ObjectNode)) {
            throw ApiException.invalid(null, "The body must be a JSON object.");
        }
        return new RequestBody(root);
    }

    /** The field's value; null if it is absent or JSON's null. */
    @Nullable
    JsonNode get(String field) {
        JsonNode value = root.get(field);
        return value == null || value.isNull() ? null : value;
    }

    boolean flag(String field) {
        JsonNode value = get(field);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw ApiException.invalid(field, field + " must be true or false.");
        }
        return value.booleanValue();
    }

    @Nullable
    Float number(String field, double least, double most) {
        JsonNode value = get(field);
        if (value == null) {
            return null;
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number >= least && number <= most)) {
            throw ApiException.invalid(field, field + " must be a number from " + least + " to " + most + ".");
        }
        return (float) number;
    }

    OptionalInt integer(String field, int least, int most) {
        OptionalLong number = integer64(field, least, most);
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    OptionalLong integer64(String field, long least, long most) {
        JsonNode value = get(field);
        if (value == null) {
            return OptionalLong.empty();
        }
        boolean whole = value.isIntegralNumber() && value.canConvertToLong();
        if (!whole || value.longValue() < least || value.longValue() > most) {
            throw ApiException.invalid(field, field + " must be a whole number from " + least + " to " + most + ".");
        }
        return OptionalLong.of(value.longValue());
    }

    /** A text that must be there. */
    String text(String field) {
        JsonNode value = get(field);
        if (value == null || !value.isString()) {
            throw ApiException.invalid(field, field + " must be given as text.");
        }
        return value.stringValue();
    }

    /** A text or an array of texts; empty if absent. */
    List<String> texts(String field, int most) {
        JsonNode value = get(field);
        if (value == null) {
            return List.of();
        }
        if (value.isString()) {
            return List.of(value.stringValue());
        }
        if (!value.isArray() || value.size() > most) {
            throw ApiException.invalid(field, field + " must be a text or an array of at most " + most + " texts.");
        }
        List<String> texts = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            if (!element.isString()) {
                throw ApiException.invalid(field, "Every element of " + field + " must be text.");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    /** Refuses a field whose meaning would be lost: the caller must not believe that it was honoured. */
    void refuse(String field, boolean given, String what) {
        if (given) {
            throw ApiException.invalid(field, "This engine does not support " + what + "; leave " + field + " away.");
        }
    }
}
