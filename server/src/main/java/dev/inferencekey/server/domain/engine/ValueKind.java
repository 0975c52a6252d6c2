package dev.inferencekey.server.domain.engine;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the value of a flag or environment variable must look like. No kind but {@link Shape#TEXT} can hold a path, an address or a
 * program, and none takes a value that an engine could read as a flag.
 */
public sealed interface ValueKind {
    /** Longest value, in characters. */
    int MAX_LENGTH = 4096;

    /** Whether this is a value of the kind. For a {@link ModelPath}: whether it may name one. */
    boolean accepts(String value);

    /** What a value must be, to go on after "must be": {@code a whole number from 0 to 10}. */
    String rule();

    /** The flag stands alone. */
    record None() implements ValueKind {
        @Override
        public boolean accepts(String value) {
            return false;
        }

        @Override
        public String rule() {
            return "left out: the flag takes none";
        }
    }

    /**
     * A whole number.
     *
     * @param words what may stand there instead, such as {@code auto}
     */
    record Whole(long min, long max, List<String> words) implements ValueKind {
        private static final Pattern DIGITS = Pattern.compile("-?[0-9]{1,18}");

        public Whole {
            words = List.copyOf(words);
        }

        @Override
        public boolean accepts(String value) {
            if (words.contains(value)) {
                return true;
            }
            if (!DIGITS.matcher(value).matches()) {
                return false;
            }
            long number = Long.parseLong(value);
            return number >= min && number <= max;
        }

        @Override
        public String rule() {
            return "a whole number from " + min + " to " + max
                    + (words.isEmpty() ? "" : ", or " + String.join(" or ", words));
        }
    }

    /** A number, with a point if need be. */
    record Decimal(BigDecimal min, BigDecimal max) implements ValueKind {
        private static final Pattern DIGITS = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?|-?\\.[0-9]{1,18}");

        @Override
        public boolean accepts(String value) {
            if (!DIGITS.matcher(value).matches()) {
                return false;
            }
            BigDecimal number = new BigDecimal(value);
            return number.compareTo(min) >= 0 && number.compareTo(max) <= 0;
        }

        @Override
        public String rule() {
            return "a number from " + min.toPlainString() + " to " + max.toPlainString();
        }
    }

    /**
     * One of some words.
     *
     * @param optional whether the flag may also stand alone
     */
    record Choice(List<String> words, boolean optional) implements ValueKind {
        public Choice {
            words = List.copyOf(words);
        }

        @Override
        public boolean accepts(String value) {
            return words.contains(value);
        }

        @Override
        public String rule() {
            return "one of " + String.join(", ", words);
        }
    }

    /** Texts of a certain shape. */
    enum Shape implements ValueKind {
        NAME("a name of letters, digits, - and _", "[A-Za-z0-9][A-Za-z0-9_-]{0,127}"),
        NAMES(
                "names of letters, digits, - and _, with commas between them",
                "[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:[,;][A-Za-z0-9][A-Za-z0-9_-]{0,63}){0,31}"),
        NUMBERS(
                "numbers with commas between them",
                "[0-9]{1,9}(?:\\.[0-9]{1,9})?(?:,[0-9]{1,9}(?:\\.[0-9]{1,9})?){0,127}"),
        CORES("processor cores, such as 0-7", "all|auto|nobind|[0-9]{1,5}(?:[-,|][0-9]{1,5}){0,255}"),
        SIZE("a whole number, perhaps with k, m or g after it", "auto|-1|[0-9]{1,12}(?:\\.[0-9]{1,3})?[kKmMgG]?"),
        DURATION("a time such as 5m", "-?[0-9]{1,9}(?:ms|s|m|h)?"),
        SETTINGS(
                "settings such as max_split_size_mb:128, with commas between them",
                "[A-Za-z0-9_]{1,64}[:=][A-Za-z0-9_.-]{1,64}(?:,[A-Za-z0-9_]{1,64}[:=][A-Za-z0-9_.-]{1,64}){0,31}"),
        REVISION("a branch, tag or version", "[A-Za-z0-9_](?:\\.?[A-Za-z0-9_-]){0,127}"),
        JSON(
                "a JSON object whose values are names, numbers, true or false",
                "\\{ *(?:" + Shape.MEMBER + " *(?:, *" + Shape.MEMBER + " *){0,31})?\\}"),
        /** Whatever the operator trusts declarations with. */
        TEXT("a text that does not begin with -", "(?!-)\\P{Cntrl}+"),
        /** Only for environment variables: the value is a project's secret, which is named. */
        SECRET("{\"secret_ref\": NAME}: the name of a secret of the project", "(?!)");

        private static final String MEMBER =
                "\"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\" *: *(?:true|false|null|-?[0-9]{1,18}(?:\\.[0-9]{1,18})?|\"[A-Za-z0-9_][A-Za-z0-9_. -]{0,63}\")";

        private final String rule;
        private final Pattern pattern;

        Shape(String rule, String pattern) {
            this.rule = rule;
            this.pattern = Pattern.compile(pattern);
        }

        @Override
        public boolean accepts(String value) {
            return value.length() <= MAX_LENGTH && pattern.matcher(value).matches();
        }

        @Override
        public String rule() {
            return rule;
        }
    }

    /** Texts that name a model. */
    enum ModelPath implements ValueKind {
        /** A file in the model folders. */
        FILE("a file in this platform's model folders"),
        /** A folder in the model folders. */
        FOLDER("a folder in this platform's model folders"),
        /** A repository such as {@code org/name}; or, with {@code /} or {@code ./} in front, a file or folder in the model folders. */
        REPOSITORY("a repository such as org/name, or ./name in this platform's model folders");

        // Engines take a comma for the end of a path and the beginning of another one.
        private static final Pattern PATH = Pattern.compile("(?![-~@])(?!.*://)[^\\p{Cntrl},]+");
        private static final String PART = "[A-Za-z0-9_](?:\\.?[A-Za-z0-9_-]){0,95}";
        private static final Pattern NAME = Pattern.compile(PART + "(?:/" + PART + ")?(?::[A-Za-z0-9_]{1,32})?");

        private final String rule;

        ModelPath(String rule) {
            this.rule = rule;
        }

        /** Whether the value is a path, and not the name of a repository. */
        public boolean isPath(String value) {
            return this != REPOSITORY || value.startsWith("/") || value.startsWith("./");
        }

        @Override
        public boolean accepts(String value) {
            return value.length() <= MAX_LENGTH
                    && (isPath(value) ? PATH : NAME).matcher(value).matches();
        }

        @Override
        public String rule() {
            return rule;
        }
    }
}
