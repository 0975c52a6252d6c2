package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.Drift;
import dev.inferencekey.contract.workload.FieldDifference;
import dev.inferencekey.contract.workload.JsonValues;
import dev.inferencekey.server.manager.http.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of a plan.
 *
 * @param field the path, such as {@code config.command}
 * @param before null if there is nothing there now
 * @param after null if there will be nothing
 */
public record FieldChange(
        String field, @Nullable String before, @Nullable String after) {
    /** Each difference; of objects, each member that differs. */
    static List<FieldChange> of(Drift drift) {
        List<FieldChange> changes = new ArrayList<>();
        for (FieldDifference difference : drift.differences()) {
            add(changes, difference.field().wire(), difference.live(), difference.declared());
        }
        return changes;
    }

    /** Each field that a new workload has. */
    static List<FieldChange> ofNew(Map<String, ? extends @Nullable Object> declaration) {
        List<FieldChange> changes = new ArrayList<>();
        declaration.forEach((field, value) -> {
            if (value != null) {
                add(changes, field, null, value);
            }
        });
        return changes;
    }

    /** An object that is compared with another one, or with nothing, comes apart into its members; an empty one has none to show. */
    private static void add(List<FieldChange> changes, String field, @Nullable Object before, Object after) {
        boolean objects = after instanceof Map && (before == null || before instanceof Map);
        if (!objects || (isEmpty(before) && isEmpty(after)) || !(after instanceof Map<?, ?> now)) {
            changes.add(new FieldChange(field, text(before), text(after)));
            return;
        }
        Map<?, ?> old = before instanceof Map<?, ?> map ? map : Map.of();
        Set<Object> keys = new LinkedHashSet<>(old.keySet());
        keys.addAll(now.keySet());
        for (Object key : keys) {
            boolean same = old.containsKey(key) == now.containsKey(key) && JsonValues.equal(old.get(key), now.get(key));
            if (!same) {
                changes.add(new FieldChange(
                        field + "." + Redaction.scrub(String.valueOf(key)), member(old, key), member(now, key)));
            }
        }
    }

    private static boolean isEmpty(@Nullable Object object) {
        return !(object instanceof Map<?, ?> map) || map.isEmpty();
    }

    private static @Nullable String member(Map<?, ?> object, Object key) {
        Object value = object.get(key);
        if (value == null) {
            return object.containsKey(key) ? "null" : null;
        }
        return text(value);
    }

    private static @Nullable String text(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text when text.isEmpty() -> null;
            case String text -> Redaction.scrub(text);
            default -> Redaction.scrub(Json.pretty(value));
        };
    }
}
