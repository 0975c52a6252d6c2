package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.manager.service.RefusedException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a form that a browser sent ({@code application/x-www-form-urlencoded}, as the WHATWG URL standard writes it). A field may
 * come several times. Line breaks come as {@code \n}. Immutable and thread-safe.
 */
public final class FormFields {
    /** The media type of such a body. */
    static final String TYPE = "application/x-www-form-urlencoded";

    private static final int MAX_FIELDS = 5_000;

    private final Map<String, List<String>> values;

    private FormFields(Map<String, List<String>> values) {
        this.values = values;
    }

    static FormFields parse(byte[] body) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        String text = new String(body, StandardCharsets.UTF_8);
        if (!text.isEmpty()) {
            String[] pairs = text.split("&", MAX_FIELDS + 2);
            if (pairs.length > MAX_FIELDS) {
                throw new RefusedException(
                        ErrorCode.INVALID_REQUEST, "the form has more than " + MAX_FIELDS + " fields; send fewer");
            }
            for (String pair : pairs) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = decode(equals < 0 ? "" : pair.substring(equals + 1));
                values.computeIfAbsent(name, any -> new ArrayList<>(1)).add(value);
            }
        }
        return new FormFields(values);
    }

    /** No fields at all. */
    public static FormFields none() {
        return new FormFields(Map.of());
    }

    /** The field's text, empty if it did not come; of several, the first. */
    public String text(String name) {
        List<String> all = values.get(name);
        return all == null ? "" : all.getFirst();
    }

    /** The field's text without surrounding blanks, null if nothing is left of it. */
    public @Nullable String given(String name) {
        String text = text(name).strip();
        return text.isEmpty() ? null : text;
    }

    /** Every text of the field. */
    public List<String> all(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    /** Whether a box is ticked. */
    public boolean ticked(String name) {
        return values.containsKey(name);
    }

    /** The names of the fields that came. */
    public Set<String> names() {
        return Set.copyOf(values.keySet());
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8)
                    .replace("\r\n", "\n")
                    .replace('\r', '\n')
                    .replace("\0", "");
        } catch (IllegalArgumentException e) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "the form is not percent-encoded correctly");
        }
    }

    /** Names no value: a form can hold a password. */
    @Override
    public String toString() {
        return "FormFields" + values.keySet();
    }
}
