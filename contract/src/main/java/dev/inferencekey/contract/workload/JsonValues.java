package dev.inferencekey.contract.workload;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Equality of JSON values held as plain Java: {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean} and
 * null. This module binds to no JSON library, and both ends must agree on what "the same config" means. Stateless and
 * thread-safe.
 */
public final class JsonValues {
    private JsonValues() {}

    /** Equal as JSON: the order of keys does not matter, the order of elements does, and {@code 1}, {@code 1.0} and {@code 1e0} are one number. */
    public static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return left == null && right == null;
        }
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return equalObjects(a, b);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return equalArrays(a, b);
        }
        if (left instanceof Number a && right instanceof Number b) {
            return equalNumbers(a, b);
        }
        return left.equals(right);
    }

    private static boolean equalObjects(Map<?, ?> left, Map<?, ?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            if (!right.containsKey(entry.getKey()) || !equal(entry.getValue(), right.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalArrays(List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<?> other = right.iterator();
        for (Object element : left) {
            if (!equal(element, other.next())) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalNumbers(Number left, Number right) {
        // Through text, so that the double 0.1 and the decimal 0.1 are equal. NaN and infinities are not JSON.
        try {
            return new BigDecimal(left.toString()).compareTo(new BigDecimal(right.toString())) == 0;
        } catch (NumberFormatException e) {
            return left.equals(right);
        }
    }
}
