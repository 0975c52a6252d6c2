package dev.inferencekey.contract.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DriftTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\n", "\t "})
    void aBlankDescriptionAsksForNoneAndIsNoDriftWhereThereIsNone(String blank) {
        assertThat(Drift.between(Map.of("description", blank), Map.of("name", "x"))
                        .isEmpty())
                .isTrue();
        assertThat(Drift.between(Map.of("description", blank), Map.of("description", "x"))
                        .differences())
                .hasSize(1);
    }

    static List<Map<String, @Nullable Object>> cases() {
        return Golden.table("drift.json");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void findsTheFieldsThatDifferInTheirOrder(Map<String, @Nullable Object> row) {
        Drift drift = Drift.between(Golden.asObject(row.get("declared")), Golden.asObject(row.get("live")));

        assertThat(drift.differences())
                .as(Golden.text(row, "name"))
                .extracting(difference -> difference.field().wire())
                .isEqualTo(row.get("differing"));
        assertThat(drift.isEmpty()).isEqualTo(drift.differences().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void patchesOnlyWhatDiffers(Map<String, @Nullable Object> row) {
        Map<String, @Nullable Object> declared = Golden.asObject(row.get("declared"));

        Map<String, Object> patch =
                Drift.between(declared, Golden.asObject(row.get("live"))).patch(declared);

        assertThat(JsonValues.equal(patch, row.get("patch")))
                .as("%s: %s", row.get("name"), patch)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isGoneOnceAServerHasTakenThePatch(Map<String, @Nullable Object> row) {
        Map<String, @Nullable Object> declared = Golden.asObject(row.get("declared"));
        Map<String, @Nullable Object> live = new LinkedHashMap<>(Golden.asObject(row.get("live")));
        // A server answers nothing where an empty text was sent.
        Drift.between(declared, live)
                .patch(declared)
                .forEach((field, value) -> live.put(field, value.equals("") ? null : value));

        Drift after = Drift.between(declared, live);

        assertThat(after.differences()).isEqualTo(after.irreconcilable());
    }

    @Test
    void aDifferingTaskTypeCanNotBeReconciled() {
        Drift drift =
                Drift.between(Map.of("task_type", "embedding", "name", "b"), Map.of("task_type", "omni", "name", "a"));

        assertThat(drift.irreconcilable()).extracting(FieldDifference::field).containsExactly(WorkloadField.TASK_TYPE);
        assertThat(drift.patch(Map.of("task_type", "embedding", "name", "b"))).containsOnlyKeys("name");
    }

    @Test
    void doesNotChangeWithTheListItWasMadeFrom() {
        List<FieldDifference> list = new ArrayList<>();
        list.add(new FieldDifference(WorkloadField.NAME, "a", null));
        Drift drift = new Drift(list);
        list.clear();

        assertThat(drift.differences()).hasSize(1);
        assertThatThrownBy(() -> drift.differences().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
