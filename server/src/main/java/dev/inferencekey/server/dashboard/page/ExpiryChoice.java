package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.manager.http.FormFields;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a new credential shall expire, as a form asks for it: {@code expiry} is a number of days, {@code never}, or {@code date} with the day in
 * {@code expiry_date}, at whose end (UTC) it expires.
 *
 * @param choice the text of {@code expiry}
 * @param date the text of {@code expiry_date}
 */
public record ExpiryChoice(String choice, String date) {
    /** One line of the list to choose from. */
    public record Option(String value, String text) {}

    private static final String FIELD = "expires_at";
    private static final String NEVER = "never";
    private static final String ON_DATE = "date";
    private static final String USUAL = "90";
    /** At its end begins a year that RFC 3339 can't write. */
    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

    private static final List<Option> OPTIONS = List.of(
            new Option("7", "in 7 days"),
            new Option("30", "in 30 days"),
            new Option(USUAL, "in 90 days (recommended)"),
            new Option("365", "in a year"),
            new Option(ON_DATE, "at the end of a day …"),
            new Option(NEVER, "never"));

    static final ExpiryChoice DEFAULT = new ExpiryChoice(USUAL, "");

    /** What a form says; the usual one if it says nothing. */
    public static ExpiryChoice of(FormFields form) {
        String choice = form.given("expiry");
        return choice == null
                ? DEFAULT
                : new ExpiryChoice(choice, form.text("expiry_date").strip());
    }

    public List<Option> options() {
        return OPTIONS;
    }

    /**
     * The time, null for never.
     *
     * @throws InvalidFieldException at {@code expires_at} if the form makes no sense
     */
    public @Nullable Instant resolve(Instant now) {
        if (choice.equals(NEVER)) {
            return null;
        }
        if (choice.equals(ON_DATE)) {
            try {
                LocalDate day = LocalDate.parse(date);
                if (day.isBefore(LAST_DAY)) {
                    return day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
                }
            } catch (DateTimeParseException e) {
                // The same is to be told.
            }
            throw new InvalidFieldException(FIELD, "choose the day on which it shall expire, before " + LAST_DAY);
        }
        if (!choice.matches("[0-9]{1,4}")) {
            throw new InvalidFieldException(FIELD, "choose when it shall expire");
        }
        return now.plus(Duration.ofDays(Long.parseLong(choice)));
    }
}
