package dev.inferencekey.server.runtime.simulator.schema;

import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The numbers between two bounds.
 *
 * @param min the least, null if there is none
 * @param max the greatest, null if there is none
 */
record NumberRange(
        @Nullable BigDecimal min,
        boolean minExcluded,
        @Nullable BigDecimal max,
        boolean maxExcluded) {
    static final NumberRange ALL = new NumberRange(null, false, null, false);

    /** What a schema's {@code minimum}, {@code maximum} and their exclusive forms allow, those of draft 4 (true, false) too. */
    static NumberRange of(JsonNode schema) {
        BigDecimal min = number(schema, "minimum");
        BigDecimal max = number(schema, "maximum");
        JsonNode above = schema.path("exclusiveMinimum");
        JsonNode below = schema.path("exclusiveMaximum");
        NumberRange range = new NumberRange(
                min, above.isBoolean() && above.booleanValue(), max, below.isBoolean() && below.booleanValue());
        if (above.isNumber()) {
            range = range.and(new NumberRange(decimal(above), true, null, false));
        }
        return below.isNumber() ? range.and(new NumberRange(null, false, decimal(below), true)) : range;
    }

    private static @Nullable BigDecimal number(JsonNode schema, String field) {
        JsonNode value = schema.path(field);
        return value.isNumber() ? decimal(value) : null;
    }

    /** The value of a number, which JSON can write larger than any that is handled. */
    static BigDecimal decimal(JsonNode number) {
        if (!Double.isFinite(number.doubleValue())) {
            throw new UnsupportedSchemaException("a number in the schema is too large");
        }
        return number.decimalValue();
    }

    /** What a schema's {@code multipleOf} says. */
    static Optional<BigDecimal> step(JsonNode schema) {
        BigDecimal step = number(schema, "multipleOf");
        if (step != null && step.signum() <= 0) {
            throw new UnsupportedSchemaException("\"multipleOf\" must be greater than 0");
        }
        return Optional.ofNullable(step);
    }

    /** What is in both. */
    NumberRange and(NumberRange other) {
        int low = min == null ? -1 : other.min == null ? 1 : min.compareTo(other.min);
        int high = max == null ? 1 : other.max == null ? -1 : max.compareTo(other.max);
        return new NumberRange(
                low >= 0 && min != null ? min : other.min,
                low == 0 ? minExcluded || other.minExcluded : low > 0 ? minExcluded : other.minExcluded,
                high <= 0 && max != null ? max : other.max,
                high == 0 ? maxExcluded || other.maxExcluded : high < 0 ? maxExcluded : other.maxExcluded);
    }

    boolean contains(BigDecimal value) {
        int low = min == null ? 1 : value.compareTo(min);
        int high = max == null ? -1 : value.compareTo(max);
        return (minExcluded ? low > 0 : low >= 0) && (maxExcluded ? high < 0 : high <= 0);
    }
}
