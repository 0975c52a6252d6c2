package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.domain.limit.Limits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.StringJoiner;

/** Times and numbers as people read them. Stateless and thread-safe. */
public final class Texts {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);
    private static final MathContext TWO_DIGITS = new MathContext(2, RoundingMode.HALF_UP);
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Texts() {}

    /** {@code 5 min ago} or {@code in 3 days}, with one unit. */
    public static String ago(Instant time, Instant now) {
        Duration since = Duration.between(time, now);
        if (since.abs().toSeconds() < 60) {
            return since.isNegative() ? "in less than a minute" : "just now";
        }
        String amount = amount(since.abs());
        return since.isNegative() ? "in " + amount : amount + " ago";
    }

    /** A length of time with one unit, rounded down. */
    public static String amount(Duration duration) {
        if (duration.toDays() >= 2) {
            return duration.toDays() + " days";
        }
        if (duration.toHours() >= 1) {
            return count(duration.toHours(), "hour");
        }
        if (duration.toMinutes() >= 1) {
            return duration.toMinutes() + " min";
        }
        return count(duration.toSeconds(), "second");
    }

    /** To the minute, in UTC. */
    public static String minute(Instant time) {
        return MINUTE.format(time);
    }

    /** To the second, in UTC. */
    public static String second(Instant time) {
        return SECOND.format(time);
    }

    /** {@code 1 key}, {@code 2 keys}. */
    public static String count(long number, String noun) {
        return number(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** Limits one after the other: {@code 20 requests per minute, 4 concurrent requests}. */
    public static String amounts(Limits limits) {
        StringJoiner text = new StringJoiner(", ");
        Integer requests = limits.requestsPerMinute();
        if (requests != null) {
            text.add(count(requests, "request") + " per minute");
        }
        Integer tokens = limits.tokensPerMinute();
        if (tokens != null) {
            text.add(count(tokens, "token") + " per minute");
        }
        Integer concurrent = limits.maxConcurrentRequests();
        if (concurrent != null) {
            text.add(count(concurrent, "concurrent request"));
        }
        return text.toString();
    }

    /** With thin spaces between groups of three digits. */
    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', '\u202f');
    }

    /** Short, for narrow places: {@code 12.3k}, {@code 4.5M}. */
    public static String compact(long number) {
        if (Math.abs(number) < 10_000) {
            return number(number);
        }
        double value = number;
        for (String unit : new String[] {"k", "M", "G"}) {
            value /= 1000;
            if (Math.abs(value) < 999.5) {
                return String.format(Locale.ROOT, Math.abs(value) < 99.95 ? "%.1f%s" : "%.0f%s", value, unit);
            }
        }
        return number(number);
    }

    /** A part of a whole, such as {@code 0.4 %}. */
    public static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
    }

    /** Nano-USD as {@code $0.0012}, {@code $12.30} or {@code $1,204}: two digits below a dollar, then cents, then whole dollars. */
    public static String dollars(long nanoUsd) {
        if (nanoUsd == 0) {
            return "$0";
        }
        if (nanoUsd < 1_000) {
            return "<$0.000001";
        }
        BigDecimal dollars = BigDecimal.valueOf(nanoUsd, 9);
        if (dollars.compareTo(BigDecimal.ONE) < 0) {
            BigDecimal digits = dollars.round(TWO_DIGITS).stripTrailingZeros();
            return "$"
                    + digits.setScale(Math.max(2, digits.scale()), RoundingMode.UNNECESSARY)
                            .toPlainString();
        }
        BigDecimal cents = dollars.setScale(2, RoundingMode.HALF_UP);
        return cents.compareTo(THOUSAND) < 0
                ? "$" + cents.toPlainString()
                : String.format(
                        Locale.ROOT,
                        "$%,d",
                        dollars.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    /** Pico-USD per token as US dollars for a million of them, with all of their decimals and two at least: {@code $0.60}. */
    public static String perMillion(long picoUsd) {
        BigDecimal dollars = BigDecimal.valueOf(picoUsd, 6).stripTrailingZeros();
        return "$"
                + dollars.setScale(Math.max(2, dollars.scale()), RoundingMode.UNNECESSARY)
                        .toPlainString();
    }

    /** Microseconds as {@code 850 µs}, {@code 12.3 ms} or {@code 4.56 s}. */
    public static String micros(long micros) {
        if (micros < 1_000) {
            return micros + " µs";
        }
        if (micros < 1_000_000) {
            return String.format(Locale.ROOT, micros < 100_000 ? "%.1f ms" : "%.0f ms", micros / 1e3);
        }
        return String.format(Locale.ROOT, micros < 100_000_000 ? "%.2f s" : "%.0f s", micros / 1e6);
    }
}
