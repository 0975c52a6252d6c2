package dev.inferencekey.contract.workload;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Equality of JSON values held as plain Java: {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean} and
 * null. This module binds to no JSON library, and both ends must agree on what "the same config" means. Stateless and
 * thread-safe.
 *
 * <p>Safe on hostile values: nesting costs heap, not stack, and a number costs time by its digits, never by its exponent.
 */
public final class JsonValues {
    private JsonValues() {}

    /**
     * Equal as JSON: the order of keys does not matter, the order of elements does, and {@code 1}, {@code 1.0} and {@code 1e0}
     * are one number. A {@code double} or {@code float} equals every decimal that it would be read from, so that a side which
     * reads numbers with less precision does not see a difference for ever.
     */
    public static boolean equal(@Nullable Object left, @Nullable Object right) {
        // Containers whose members are still to be compared, instead of recursion.
        Deque<Pair> open = new ArrayDeque<>();
        boolean equal = compare(left, right, open);
        while (equal && !open.isEmpty()) {
            Pair pair = open.pop();
            if (pair.left() instanceof Map<?, ?> a && pair.right() instanceof Map<?, ?> b) {
                equal = compareMembers(a, b, open);
            } else if (pair.left() instanceof List<?> a && pair.right() instanceof List<?> b) {
                equal = compareElements(a, b, open);
            }
        }
        return equal;
    }

    /** Compares scalars at once and leaves pairs of containers for later. */
    private static boolean compare(@Nullable Object left, @Nullable Object right, Deque<Pair> open) {
        if ((left instanceof Map && right instanceof Map) || (left instanceof List && right instanceof List)) {
            open.push(new Pair(left, right));
            return true;
        }
        return equalScalars(left, right);
    }

    private static boolean compareMembers(Map<?, ?> left, Map<?, ?> right, Deque<Pair> open) {
        if (left.size() != right.size()) {
            return false;
        }
        for (Map.Entry<?, ?> member : left.entrySet()) {
            Object key = member.getKey();
            if (!right.containsKey(key) || !compare(member.getValue(), right.get(key), open)) {
                return false;
            }
        }
        return true;
    }

    private static boolean compareElements(List<?> left, List<?> right, Deque<Pair> open) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<?> other = right.iterator();
        for (Object element : left) {
            if (!compare(element, other.next(), open)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalScalars(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return left == null && right == null;
        }
        if (left instanceof Number a && right instanceof Number b) {
            return equalNumbers(a, b);
        }
        return left.equals(right);
    }

    private static boolean equalNumbers(Number left, Number right) {
        BigDecimal a = decimal(left);
        BigDecimal b = decimal(right);
        if (a == null || b == null) {
            return left.equals(right);
        }
        return a.compareTo(b) == 0 || readsAs(left, right) || readsAs(right, left);
    }

    /** The number as it would be written; null for NaN and infinities, which are not JSON. */
    private static @Nullable BigDecimal decimal(Number number) {
        if (number instanceof BigDecimal decimal) {
            return decimal;
        }
        if (number instanceof BigInteger integer) {
            return new BigDecimal(integer);
        }
        if (number instanceof Integer || number instanceof Long) {
            return BigDecimal.valueOf(number.longValue());
        }
        try {
            // Through text, so that the double 0.1 and the decimal 0.1 are equal.
            return new BigDecimal(number.toString());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean readsAs(Number written, Number read) {
        return written instanceof BigDecimal decimal
                && ((read instanceof Double d && decimal.doubleValue() == d)
                        || (read instanceof Float f && decimal.floatValue() == f));
    }

    private record Pair(@Nullable Object left, @Nullable Object right) {}
}
