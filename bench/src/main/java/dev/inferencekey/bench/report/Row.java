package dev.inferencekey.bench.report;

/**
 * One figure beside what it has to be; less is better.
 *
 * @param title what it is
 * @param value what was measured, with its spread over the rounds
 * @param atLeast what it must not be above
 * @param aim what it should not be above
 * @param unit {@code ×}, {@code %}, {@code KiB}, {@code MiB} or {@code s}
 * @param nginx what nginx, or whoever we are beside, has in the same run, for people
 */
public record Row(String title, Statistics value, double atLeast, double aim, String unit, String nginx) {
    /** How the value stands to what it has to be. */
    public enum Verdict {
        REACHED("aim reached"),
        ENOUGH("good enough"),
        SHORT("SHORT");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    public Verdict verdict() {
        if (value.median() <= aim) {
            return Verdict.REACHED;
        }
        return value.median() <= atLeast ? Verdict.ENOUGH : Verdict.SHORT;
    }

    /** The median, for people. */
    public String us() {
        return number(value.median());
    }

    /** From the lowest to the highest round. */
    public String spread() {
        return Numbers.plain(value.lowest()) + "–" + Numbers.plain(value.highest());
    }

    public String number(double number) {
        return Numbers.plain(number) + (unit.isEmpty() ? "" : " " + unit);
    }
}
