package dev.inferencekey.server.manager.http;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.ports.store.PageRequest;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The parameters of a request's query, each known and at most once. Immutable and thread-safe. */
public final class Query {
    /** For a route that must ignore the parameters that it does not know. */
    public static final Set<String> ANY = Set.of("*");

    /** RFC 3339 has four digits for it. */
    private static final int LAST_YEAR = 9999;

    private static final int MAX_CURSOR_LENGTH = 512;

    private final Map<String, String> values;

    private Query(Map<String, String> values) {
        this.values = values;
    }

    static Query parse(String raw, Set<String> known) {
        Map<String, String> values = new LinkedHashMap<>();
        if (!raw.isEmpty()) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String shown = JsonFields.show(name);
                if (!known.contains(name) && !known.equals(ANY)) {
                    throw new InvalidFieldException(shown, "unknown query parameter " + shown + knownOnes(known));
                }
                if (values.put(name, decode(equals < 0 ? "" : pair.substring(equals + 1))) != null) {
                    throw new InvalidFieldException(shown, "query parameter " + shown + " is there twice");
                }
            }
        }
        return new Query(values);
    }

    /** The value, null if the parameter is absent. */
    public @Nullable String text(String name) {
        return values.get(name);
    }

    /** The value, {@code otherwise} if the parameter is absent. */
    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** Whether the parameter is {@code true}; it may be absent. */
    public boolean flag(String name) {
        return switch (values.getOrDefault(name, "false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidFieldException(name, name + " must be true or false");
        };
    }

    /** The same query with another value of this parameter; without it if {@code value} is null. */
    Query with(String name, @Nullable String value) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return new Query(changed);
    }

    /** The value, which must not be empty or longer than this; null if the parameter is absent. */
    public @Nullable String text(String name, int maxLength) {
        String text = values.get(name);
        if (text != null && (text.isEmpty() || text.length() > maxLength)) {
            throw new InvalidFieldException(name, name + " must have 1 to " + maxLength + " characters");
        }
        return text;
    }

    /** A whole number from {@code min} to {@code max}. */
    public int integer(String name, int min, int max, int otherwise) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        if (text.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new InvalidFieldException(name, name + " must be a whole number from " + min + " to " + max);
    }

    /** A time in RFC 3339. */
    public Instant instant(String name, Instant otherwise) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        if (text.indexOf(' ') >= 0) {
            throw new InvalidFieldException(
                    name,
                    name
                            + " must be a time like 2026-06-15T09:12:44Z (RFC 3339); a plus sign in an address is written %2B");
        }
        return parseInstant(name, text);
    }

    /** Which piece of a list is asked for. */
    public PageRequest page() {
        String cursor = values.get("cursor");
        if (cursor != null
                && (cursor.isEmpty()
                        || cursor.length() > MAX_CURSOR_LENGTH
                        || !cursor.chars().allMatch(c -> c > ' ' && c < 0x7f))) {
            throw PageRequest.unknownCursor();
        }
        return new PageRequest(integer("limit", 1, PageRequest.MAX_LIMIT, PageRequest.DEFAULT_LIMIT), cursor);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The query that asks for the next piece: the same one with another cursor. */
    String withCursor(String cursor, int limit) {
        Map<String, String> next = new LinkedHashMap<>(values);
        next.put("cursor", cursor);
        next.put("limit", Integer.toString(limit));
        return next.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** Reads a time in RFC 3339 with any offset, to the microsecond: what is answered is what the store keeps. */
    public static Instant parseInstant(String field, String text) {
        OffsetDateTime time;
        try {
            time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new InvalidFieldException(field, field + " must be a time like 2026-06-15T09:12:44Z (RFC 3339)");
        }
        if (time.getYear() < 0 || time.getYear() > LAST_YEAR) {
            throw new InvalidFieldException(
                    field, field + " must be a time of the years 0000 to " + LAST_YEAR + ", which RFC 3339 can write");
        }
        return time.toInstant().truncatedTo(ChronoUnit.MICROS);
    }

    private static String knownOnes(Set<String> known) {
        return known.isEmpty()
                ? "; none is taken here"
                : "; known ones are " + known.stream().sorted().collect(Collectors.joining(", "));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidFieldException("query", "the query is not percent-encoded correctly");
        }
    }
}
