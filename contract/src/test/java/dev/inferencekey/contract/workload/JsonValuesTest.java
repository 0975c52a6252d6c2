package dev.inferencekey.contract.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValuesTest {
    @Test
    void numbersAreEqualByValueAndNotByTypeOrSpelling() {
        List<Number> ones = List.of(
                1,
                1L,
                (short) 1,
                (byte) 1,
                1.0,
                1.0f,
                BigInteger.ONE,
                new BigDecimal("1.000"),
                new BigDecimal("10e-1"));

        for (Number a : ones) {
            for (Number b : ones) {
                assertEqual(a, b);
            }
            assertDifferent(a, 2);
            assertDifferent(a, 1.5);
            assertDifferent(a, "1");
            assertDifferent(a, true);
            assertDifferent(a, null);
        }
    }

    @Test
    void aDoubleEqualsEveryDecimalThatItIsReadFrom() {
        assertEqual(0.1, new BigDecimal("0.1"));
        assertEqual(0.1f, new BigDecimal("0.1"));
        assertEqual(0.1, new BigDecimal("0.1000000000000000000001"));
        assertEqual(2e23, new BigDecimal("2e23"));
        assertEqual(1e23, new BigDecimal("1e23"));
        assertEqual(Double.MIN_VALUE, new BigDecimal("5e-324"));
        assertEqual(-0.0, 0);
        assertDifferent(0.1, new BigDecimal("0.11"));
        assertDifferent(new BigDecimal("0.1"), new BigDecimal("0.1000000000000000000001"));
    }

    @Test
    void wholeNumbersBeyondTheReachOfDoublesStayDistinct() {
        assertDifferent(9_007_199_254_740_993L, 9_007_199_254_740_992L);
        assertDifferent(Long.MAX_VALUE, Long.MIN_VALUE);
        assertDifferent(new BigInteger("12345678901234567890"), new BigInteger("12345678901234567891"));
        assertDifferent(new BigInteger("18446744073709551616"), 0);
    }

    @Test
    void whatIsNoJsonNumberEqualsOnlyItself() {
        assertEqual(Double.NaN, Double.NaN);
        assertDifferent(Double.NaN, 0);
        assertDifferent(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
        assertDifferent(Double.POSITIVE_INFINITY, new BigDecimal("1e400"));
    }

    @Test
    void hugeExponentsCostNothing() {
        List<String> texts = List.of(
                "1e999999999", "1e-999999999", "10e999999998", "9e999999999", "-1e999999999", "0e999999999", "1", "0");

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (String a : texts) {
                for (String b : texts) {
                    boolean same = a.equals(b)
                            || List.of(a, b).containsAll(List.of("1e999999999", "10e999999998"))
                            || List.of(a, b).containsAll(List.of("0e999999999", "0"));
                    assertThat(JsonValues.equal(new BigDecimal(a), new BigDecimal(b)))
                            .as("%s and %s", a, b)
                            .isEqualTo(same);
                }
                assertDifferent(new BigDecimal(a), 1.5);
                assertDifferent(new BigDecimal(a), Long.MAX_VALUE);
            }
        });
    }

    @Test
    void manyDigitsAreComparedWithoutATripThroughText() {
        BigInteger digits = BigInteger.ONE.shiftLeft(4_000_000);

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            assertEqual(digits, BigInteger.ONE.shiftLeft(4_000_000));
            assertDifferent(digits, digits.add(BigInteger.ONE));
            assertDifferent(digits, 1);
        });
    }

    @Test
    void textsAndTruthValuesAndNullAreEqualOnlyToThemselves() {
        assertEqual("a", "a");
        assertEqual(true, true);
        assertEqual(null, null);
        assertDifferent("a", "A");
        assertDifferent("", null);
        assertDifferent(true, false);
        assertDifferent("true", true);
        assertDifferent(false, 0);
    }

    @Test
    void theOrderOfKeysDoesNotMatterAndTheOrderOfElementsDoes() {
        Map<String, Object> forth = new LinkedHashMap<>();
        forth.put("a", 1);
        forth.put("b", List.of(1, 2));
        Map<String, Object> back = new LinkedHashMap<>();
        back.put("b", List.of(1.0, 2L));
        back.put("a", 1);

        assertEqual(forth, back);
        assertDifferent(List.of(1, 2), List.of(2, 1));
    }

    @Test
    void aKeyWithNullIsNotAMissingKey() {
        Map<String, @Nullable Object> withNull = new HashMap<>();
        withNull.put("a", null);

        assertDifferent(withNull, Map.of());
        assertDifferent(withNull, Map.of("b", 1));
        assertDifferent(withNull, Map.of("a", 1));
        assertEqual(withNull, new HashMap<>(withNull));
    }

    @Test
    void containersOfDifferentSizeOrKindDiffer() {
        assertDifferent(List.of(), Map.of());
        assertDifferent(List.of(1), List.of(1, 1));
        assertDifferent(Map.of("a", 1), Map.of("a", 1, "b", 2));
        assertDifferent(List.of(1), 1);
        assertDifferent(Map.of(), null);
        assertDifferent(List.of(List.of()), List.of(Map.of()));
        assertDifferent(Arrays.asList(1, null), List.of(1, 1));
    }

    @Test
    void nestingOfAnyDepthCostsNoStack() {
        Object left = nested(1_000_000, 1);

        assertThat(JsonValues.equal(left, nested(1_000_000, 1.0))).isTrue();
        assertThat(JsonValues.equal(left, nested(1_000_000, 2))).isFalse();
        assertThat(JsonValues.equal(left, nested(1_000_001, 1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aRespelledValueIsEqualAndAChangedOneIsNot(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            Object value = anyValue(random, 4);
            Object respelled = respell(value, random);
            Object changed = change(value, random);

            assertThat(JsonValues.equal(value, respelled))
                    .as("%s and %s", value, respelled)
                    .isTrue();
            assertThat(JsonValues.equal(respelled, value))
                    .as("%s and %s", respelled, value)
                    .isTrue();
            assertThat(JsonValues.equal(value, changed))
                    .as("%s and %s", value, changed)
                    .isFalse();
            assertThat(JsonValues.equal(changed, value))
                    .as("%s and %s", changed, value)
                    .isFalse();
        }
    }

    private static void assertEqual(@Nullable Object a, @Nullable Object b) {
        assertThat(JsonValues.equal(a, b)).as("%s equals %s", a, b).isTrue();
        assertThat(JsonValues.equal(b, a)).as("%s equals %s", b, a).isTrue();
        assertThat(JsonValues.equal(Collections.singletonList(a), Collections.singletonList(b)))
                .as("[%s] equals [%s]", a, b)
                .isTrue();
    }

    private static void assertDifferent(@Nullable Object a, @Nullable Object b) {
        assertThat(JsonValues.equal(a, b)).as("first equals second").isFalse();
        assertThat(JsonValues.equal(b, a)).as("second equals first").isFalse();
        assertThat(JsonValues.equal(Collections.singletonMap("k", a), Collections.singletonMap("k", b)))
                .as("the same inside an object")
                .isFalse();
    }

    private static Object nested(int depth, Object core) {
        Object value = core;
        for (int i = 0; i < depth; i++) {
            value = i % 2 == 0 ? List.of(value) : Map.of("k", value);
        }
        return value;
    }

    private static @Nullable Object anyValue(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextInt(1000) - 500;
            case 3 -> BigDecimal.valueOf(random.nextInt(100_000), random.nextInt(4));
            case 4 -> "t" + random.nextInt(1000);
            case 5 -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    list.add(anyValue(random, depth - 1));
                }
                yield list;
            }
            default -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    map.put("k" + random.nextInt(6), anyValue(random, depth - 1));
                }
                yield map;
            }
        };
    }

    /** The same value with keys in another order and numbers of other types. */
    private static @Nullable Object respell(@Nullable Object value, Random random) {
        if (value instanceof Map<?, ?> map) {
            List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
            Collections.shuffle(entries, random);
            Map<Object, @Nullable Object> other = new LinkedHashMap<>();
            entries.forEach(entry -> other.put(entry.getKey(), respell(entry.getValue(), random)));
            return other;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> other = new ArrayList<>();
            list.forEach(element -> other.add(respell(element, random)));
            return other;
        }
        if (value instanceof Integer number) {
            List<Number> spellings =
                    List.of(number.longValue(), number.doubleValue(), new BigDecimal(number + ".00"), number);
            return spellings.get(random.nextInt(spellings.size()));
        }
        if (value instanceof BigDecimal number) {
            return random.nextBoolean() ? (Object) number.doubleValue() : number.stripTrailingZeros();
        }
        return value;
    }

    /** The same value but for one place. */
    private static @Nullable Object change(@Nullable Object value, Random random) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            Map<Object, @Nullable Object> other = new LinkedHashMap<>(map);
            Object key = new ArrayList<>(map.keySet()).get(random.nextInt(map.size()));
            switch (random.nextInt(3)) {
                case 0 -> other.remove(key);
                case 1 -> other.put("another", null);
                default -> other.put(key, change(map.get(key), random));
            }
            return other;
        }
        if (value instanceof List<?> list && !list.isEmpty()) {
            List<@Nullable Object> other = new ArrayList<>(list);
            int at = random.nextInt(list.size());
            if (random.nextBoolean()) {
                other.remove(at);
            } else {
                other.set(at, change(list.get(at), random));
            }
            return other;
        }
        return value instanceof String text ? text + "!" : "another";
    }
}
