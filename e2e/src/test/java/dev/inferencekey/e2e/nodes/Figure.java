package dev.inferencekey.e2e.nodes;

/**
 * One line of the proof.
 *
 * @param what was measured
 * @param wanted the bound, in words
 * @param measured with its unit
 * @param ok whether the bound was kept
 */
record Figure(String what, String wanted, String measured, boolean ok) {
    /** A count that must be nothing. */
    static Figure none(String what, long count, String of) {
        return new Figure(what, "0", count + " of " + of, count == 0);
    }

    /** A number, such as milliseconds, that must not be larger than {@code most}. */
    static Figure atMost(String what, double most, double measured, String unit) {
        return new Figure(what, "≤ " + number(most) + " " + unit, number(measured) + " " + unit, measured <= most);
    }

    /** A fact without a bound. */
    static Figure stated(String what, String measured) {
        return new Figure(what, "stated", measured, true);
    }

    static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format("%.2f", value);
    }
}
