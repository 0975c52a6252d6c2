package dev.inferencekey;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Java type whose values are single JSON values.
 *
 * @param json {@code string}, {@code integer}, {@code number} or {@code boolean}
 * @param format of a string, as JSON Schema names it; null for none
 * @param due what is expected, for messages
 * @param read makes a value; null, {@link IllegalArgumentException} or {@link DateTimeException} if it can't be one
 */
record Scalar(String json, @Nullable String format, String due, Function<Object, @Nullable Object> read) {
    /** Numbers with more digits before the point are refused: they would cost memory, and mean nothing. */
    private static final int MAX_DIGITS = 1000;

    private static final Map<Class<?>, Scalar> KNOWN = known();

    /** The scalar of a type; null if it is none. */
    static @Nullable Scalar of(Class<?> type) {
        return KNOWN.get(type);
    }

    private static Map<Class<?>, Scalar> known() {
        Map<Class<?>, Scalar> all = new LinkedHashMap<>();
        all.put(String.class, text(null, "a text", text -> text));
        both(all, boolean.class, Boolean.class, new Scalar("boolean", null, "true or false", Scalar::bool));
        both(all, byte.class, Byte.class, whole("-128 to 127", BigInteger::byteValueExact));
        both(all, short.class, Short.class, whole("-32768 to 32767", BigInteger::shortValueExact));
        both(all, int.class, Integer.class, whole("-2147483648 to 2147483647", BigInteger::intValueExact));
        both(all, long.class, Long.class, whole("64 bits", BigInteger::longValueExact));
        all.put(BigInteger.class, whole(MAX_DIGITS + " digits", number -> number));
        both(all, float.class, Float.class, number("a number that fits a float", Scalar::single));
        both(all, double.class, Double.class, number("a number that fits a double", Scalar::twice));
        all.put(BigDecimal.class, number("a number", number -> number));
        all.put(Instant.class, text("date-time", "a time such as 2026-01-31T12:00:00Z", Scalar::instant));
        all.put(OffsetDateTime.class, text("date-time", "a time such as 2026-01-31T12:00:00Z", OffsetDateTime::parse));
        all.put(ZonedDateTime.class, text("date-time", "a time such as 2026-01-31T12:00:00Z", ZonedDateTime::parse));
        all.put(LocalDateTime.class, text("date-time", "a time such as 2026-01-31T12:00:00", Scalar::localDateTime));
        all.put(LocalDate.class, text("date", "a date such as 2026-01-31", LocalDate::parse));
        all.put(LocalTime.class, text("time", "a time such as 12:00:00", Scalar::localTime));
        all.put(Duration.class, text("duration", "a duration such as PT1H30M", Duration::parse));
        all.put(UUID.class, text("uuid", "a UUID", UUID::fromString));
        // Not the format "uri": OpenAI's strict mode does not know it.
        all.put(URI.class, text(null, "a URI", URI::create));
        return Map.copyOf(all);
    }

    private static void both(Map<Class<?>, Scalar> all, Class<?> primitive, Class<?> boxed, Scalar scalar) {
        all.put(primitive, scalar);
        all.put(boxed, scalar);
    }

    private static Scalar text(@Nullable String format, String due, Function<String, Object> read) {
        return new Scalar("string", format, due, value -> value instanceof String text ? read.apply(text) : null);
    }

    private static Scalar whole(String range, Function<BigInteger, Object> read) {
        return new Scalar("integer", null, "an integer (" + range + ")", value -> {
            BigDecimal number = decimal(value);
            try {
                return number == null ? null : read.apply(number.toBigIntegerExact());
            } catch (ArithmeticException e) {
                return null;
            }
        });
    }

    private static Scalar number(String due, Function<BigDecimal, @Nullable Object> read) {
        return new Scalar("number", null, due, value -> {
            BigDecimal number = decimal(value);
            return number == null ? null : read.apply(number);
        });
    }

    private static @Nullable BigDecimal decimal(Object value) {
        BigDecimal number = value instanceof BigDecimal decimal
                ? decimal
                : value instanceof Number whole ? new BigDecimal(whole.toString()) : null;
        // A long difference: a scale can be as small as an int can.
        return number == null || (long) number.precision() - number.scale() > MAX_DIGITS ? null : number;
    }

    private static @Nullable Object bool(Object value) {
        return value instanceof Boolean ? value : null;
    }

    private static @Nullable Object single(BigDecimal number) {
        float value = number.floatValue();
        return Float.isFinite(value) ? value : null;
    }

    private static @Nullable Object twice(BigDecimal number) {
        double value = number.doubleValue();
        return Double.isFinite(value) ? value : null;
    }

    private static Object instant(String text) {
        return OffsetDateTime.parse(text).toInstant();
    }

    /** The schema's format asks for an offset, so there is one more often than not. */
    private static Object localDateTime(String text) {
        try {
            return LocalDateTime.parse(text);
        } catch (DateTimeException e) {
            return OffsetDateTime.parse(text).toLocalDateTime();
        }
    }

    private static Object localTime(String text) {
        try {
            return LocalTime.parse(text);
        } catch (DateTimeException e) {
            return OffsetTime.parse(text).toLocalTime();
        }
    }
}
