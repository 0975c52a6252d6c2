package dev.inferencekey.contract.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldDifferenceTest {
    @Test
    void readsFromLiveToDeclared() {
        assertThat(new FieldDifference(WorkloadField.MODEL_NAME, "b", "a")).hasToString("model_name: \"a\" → \"b\"");
        assertThat(new FieldDifference(WorkloadField.DESCRIPTION, "b", null)).hasToString("description: null → \"b\"");
    }

    @Test
    void showsConfigsAsJson() {
        Map<String, @Nullable Object> declared = new LinkedHashMap<>();
        declared.put("command", "vllm serve \"m\"");
        declared.put("list", Arrays.asList(1, true, null, new BigDecimal("0.50"), List.of(), Map.of()));

        assertThat(new FieldDifference(WorkloadField.CONFIG, declared, Map.of("a", List.of("x"))))
                .hasToString(
                        "config: {\"a\":[\"x\"]} → {\"command\":\"vllm serve \\\"m\\\"\",\"list\":[1,true,null,0.50,[],{}]}");
    }

    @Test
    void cutsLongValuesAndNeverInsideACharacter() {
        String shown =
                new FieldDifference(WorkloadField.NAME, "📦".repeat(5_000_000), "x".repeat(5_000_000)).toString();

        assertThat(shown).hasSizeLessThan(2 * JsonText.MAX_LENGTH + 20).contains("…");
        assertThat(shown.codePoints()).noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    @Test
    void survivesHostileNestingAndWidth() {
        Object deep = "core";
        for (int i = 0; i < 1_000_000; i++) {
            deep = i % 2 == 0 ? List.of(deep) : Map.of("k", deep);
        }

        assertThat(new FieldDifference(WorkloadField.CONFIG, deep, Collections.nCopies(50_000_000, List.of()))
                        .toString())
                .hasSizeLessThan(2 * JsonText.MAX_LENGTH + 20);
    }

    @Test
    void showsNoControlCharactersOfTheOtherSide() {
        assertThat(new FieldDifference(WorkloadField.NAME, "a", "x\u001b[2J\r\n\u202e\u2028\u0085\ud800y\\"))
                .hasToString("name: \"x\\u001b[2J\\u000d\\n\\u202e\\u2028\\u0085\\ud800y\\\\\" → \"a\"");
    }

    @Test
    void showsNoCredentialNotEvenACutOffOne() {
        String key = LiveKey.mint(new Random(1)).reveal();

        for (int shift = 0; shift < 150; shift++) {
            String shown = new FieldDifference(
                            WorkloadField.CONFIG, "a", Map.of("command", "x".repeat(50 + shift) + " " + key))
                    .toString();
            assertThat(shown).doesNotContain(key.substring(17, 21));
        }
    }
}
