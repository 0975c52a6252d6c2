package dev.inferencekey.server.runtime.simulator.schema;

import java.time.LocalDate;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Texts for schemas of type string. */
final class SampleText {
    private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 1);
    private static final int DAYS = 365;

    private static final String[] WORDS = {
        "plain", "simulated", "steady", "quiet", "amber", "river", "garden", "window", "paper", "harbor"
    };

    private SampleText() {}

    /** Some words, between {@code min} and {@code max} characters long. */
    static String words(long min, long max, RandomGenerator dice) {
        StringBuilder text = new StringBuilder();
        do {
            text.append(text.isEmpty() ? "" : " ").append(WORDS[dice.nextInt(WORDS.length)]);
        } while (text.length() < min);
        if (text.length() > max) {
            text.setLength((int) max);
            // A text that ends in a space looks cut off.
            if (max > 0 && text.charAt((int) max - 1) == ' ') {
                text.setCharAt((int) max - 1, 's');
            }
        }
        return text.toString();
    }

    /** A text of a format that JSON Schema or OpenAPI names; of an unknown one, some words. */
    static String ofFormat(String format, long min, long max, RandomGenerator dice) {
        String word = WORDS[dice.nextInt(WORDS.length)];
        LocalDate day = FIRST_DAY.plusDays(dice.nextInt(DAYS));
        String time = "%02d:%02d:%02d".formatted(dice.nextInt(24), dice.nextInt(60), dice.nextInt(60));
        return switch (format) {
            case "date" -> day.toString();
            case "date-time" -> day + "T" + time + "Z";
            case "time" -> time + "Z";
            case "duration" -> "PT" + (1 + dice.nextInt(59)) + "M";
            case "email", "idn-email" -> word + "@example.com";
            case "hostname", "idn-hostname" -> word + ".example.com";
            case "ipv4" -> "192.0.2." + dice.nextInt(1, 255);
            case "ipv6" -> "2001:db8::" + Integer.toHexString(dice.nextInt(1, 0xffff));
            case "uri", "iri", "url" -> "https://example.com/" + word;
            case "uri-reference", "iri-reference" -> "/" + word;
            case "uri-template" -> "https://example.com/{" + word + "}";
            case "uuid" ->
                new UUID((dice.nextLong() & ~0xf000L) | 0x4000L, (dice.nextLong() >>> 2) | (1L << 63)).toString();
            case "json-pointer" -> "/" + word;
            case "relative-json-pointer" -> "0/" + word;
            case "regex" -> "^" + word + "$";
            case "byte" -> "c2ltdWxhdGVk";
            default -> words(min, max, dice);
        };
    }
}
