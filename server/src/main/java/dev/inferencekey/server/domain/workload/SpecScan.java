package dev.inferencekey.server.domain.workload;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks one field of a declaration to its leaves and refuses what no declaration may hold, wherever it is: credentials, text that
 * can't be stored as it is, and structures too deep or too large. A refusal names the path and never repeats the value.
 */
final class SpecScan {
    static final int MAX_DEPTH = 32;

    /** Of one field, as compact JSON without the escapes, in characters. */
    static final int MAX_SIZE = 64 * 1024;

    private final String field;
    private int size;

    private SpecScan(String field) {
        this.field = field;
    }

    static void check(String field, @Nullable Object value) {
        new SpecScan(field).visit(field, value, 0);
    }

    private void visit(String path, @Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new InvalidFieldException(
                    field, field + " is nested too deeply: at most " + MAX_DEPTH + " levels are allowed");
        }
        switch (value) {
            case String text -> visitText(path, text);
            case Map<?, ?> object -> visitObject(path, object, depth);
            case List<?> array -> visitArray(path, array, depth);
            case Number number -> visitNumber(path, number);
            case Boolean _ -> count(5);
            case null -> count(4);
            default -> throw new InvalidFieldException(path, path + " is not JSON");
        }
    }

    private void visitObject(String path, Map<?, ?> object, int depth) {
        count(2);
        for (Map.Entry<?, ?> entry : object.entrySet()) {
            String key = String.valueOf(entry.getKey());
            count(2);
            visitText(path, key);
            visit(path + "." + JsonFields.show(key), entry.getValue(), depth + 1);
        }
    }

    private void visitArray(String path, List<?> array, int depth) {
        count(2);
        int index = 0;
        for (Object element : array) {
            count(1);
            visit(path + "[" + index++ + "]", element, depth + 1);
        }
    }

    private void visitNumber(String path, Number number) {
        String text = number.toString();
        count(text.length());
        // NaN and the infinities of a lenient parser have no JSON form, so they could not come back as they were sent.
        if (text.equals("NaN") || text.endsWith("Infinity")) {
            throw new InvalidFieldException(path, path + " must be a finite number");
        }
    }

    private void visitText(String path, String text) {
        count(text.length() + 2);
        if (Redaction.startsLikeCredential(text.strip()) || Redaction.carriesCredential(text)) {
            throw new InvalidFieldException(
                    path, "secrets must never go in specs: " + path + " carries an InferenceKey credential");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\0') {
                throw new InvalidFieldException(path, path + " must not hold NUL characters");
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new InvalidFieldException(
                        path, path + " is not valid Unicode: it holds half of a surrogate pair");
            }
        }
    }

    private void count(int characters) {
        size += characters;
        if (size > MAX_SIZE) {
            throw new InvalidFieldException(
                    field, field + " is too large: at most " + MAX_SIZE / 1024 + " KiB are allowed");
        }
    }
}
