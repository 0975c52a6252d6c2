package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Json;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code config} as a form has it: a text for each field that the form shows, and JSON for everything else. Nothing that a declaration can
 * hold is out of reach, and nothing is lost on the way there and back. Immutable and thread-safe.
 *
 * @param texts what each field says, those of other backends included: changing the backend forgets nothing
 * @param other a JSON object with the further members, blank for none
 */
public record ConfigForm(Map<ConfigField, String> texts, String other) {
    static final String CONFIG = "config";
    static final String OTHER = "config_other";

    public ConfigForm {
        texts = Map.copyOf(texts);
    }

    static ConfigForm of(FormFields form) {
        Map<ConfigField, String> texts = new EnumMap<>(ConfigField.class);
        for (ConfigField field : ConfigField.values()) {
            texts.put(field, form.text(field.field()).strip());
        }
        return new ConfigForm(texts, form.text(OTHER));
    }

    static ConfigForm of(String backend, @Nullable Map<String, @Nullable Object> config) {
        Map<ConfigField, String> texts = new EnumMap<>(ConfigField.class);
        Map<String, @Nullable Object> rest = new LinkedHashMap<>(config == null ? Map.of() : config);
        for (ConfigField field : ConfigField.of(backend)) {
            String shown = field.show(rest.get(field.key()));
            if (shown != null) {
                texts.put(field, shown);
                rest.remove(field.key());
            }
        }
        return new ConfigForm(texts, rest.isEmpty() ? "" : Json.pretty(rest));
    }

    /** What the field says, empty if nothing. */
    public String text(ConfigField field) {
        return texts.getOrDefault(field, "");
    }

    /**
     * The object that this means for a backend; null if nothing at all was given.
     *
     * @throws InvalidFieldException at {@code config_other} if that is no JSON object, or says again what a field says
     */
    @Nullable
    Map<String, @Nullable Object> config(String backend) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        for (ConfigField field : ConfigField.of(backend)) {
            if (!text(field).isEmpty()) {
                config.put(field.key(), field.read(text(field)));
            }
        }
        if (other.isBlank()) {
            return config.isEmpty() ? null : config;
        }
        for (Map.Entry<String, @Nullable Object> member :
                JsonTexts.object(OTHER, other).entrySet()) {
            if (config.containsKey(member.getKey())) {
                throw new InvalidFieldException(
                        OTHER, member.getKey() + " is there twice: in its field and in the JSON; remove one");
            }
            config.put(member.getKey(), member.getValue());
        }
        return config;
    }

    /** Whether both mean the same to a person who looks at the form. */
    boolean looksLike(ConfigForm shown) {
        for (ConfigField field : ConfigField.values()) {
            if (!text(field).equals(shown.text(field))) {
                return false;
            }
        }
        return other.equals(shown.other());
    }
}
