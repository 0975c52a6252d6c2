package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.CredentialState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How values are kept in columns: times as microseconds since 1970, JSON as text. */
final class Columns {
    private static final long MICROS_PER_SECOND = 1_000_000;

    /** Plain JSON must come back as it was sent, so numbers are not squeezed into doubles. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private Columns() {}

    /** Times beyond what the column can hold, some 290 thousand years away, become the last one that it can. */
    static long micros(Instant time) {
        try {
            return ChronoUnit.MICROS.between(Instant.EPOCH, time);
        } catch (ArithmeticException e) {
            return time.isAfter(Instant.EPOCH) ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
    }

    static @Nullable Long microsOrNull(@Nullable Instant time) {
        return time == null ? null : micros(time);
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return ofMicros(row.getLong(column));
    }

    static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        Long micros = longOrNull(row, column);
        return micros == null ? null : ofMicros(micros);
    }

    static @Nullable Long longOrNull(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    static @Nullable String textOrNull(ResultSet row, String column) throws SQLException {
        return row.getString(column);
    }

    static CredentialState state(ResultSet row) throws SQLException {
        return CredentialState.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    }

    static @Nullable String json(@Nullable Map<String, ?> object) {
        return object == null ? null : JSON.writeValueAsString(object);
    }

    static @Nullable Map<String, @Nullable Object> objectOrNull(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : JSON.readValue(text, OBJECT);
    }

    static Map<String, String> texts(ResultSet row, String column) throws SQLException {
        return JSON.readValue(row.getString(column), TEXTS);
    }

    static Instant ofMicros(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND), Math.floorMod(micros, MICROS_PER_SECOND) * 1_000);
    }
}
