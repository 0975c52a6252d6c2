package dev.inferencekey.cli.history;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.DurationText;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** A moment as people name one: how long ago ({@code 7d}), a day in UTC ({@code 2026-06-01}), or an RFC 3339 time. */
final class TimeOption {
    private TimeOption() {}

    static Instant parse(String option, String text, Instant now) {
        return DurationText.parse(text).map(now::minus).orElseGet(() -> {
            try {
                return text.length() == 10
                        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new UsageException(
                        option + " must be how long ago (7d), a day (2026-06-01) or a time (2026-06-01T09:00:00Z)", e);
            }
        });
    }
}
