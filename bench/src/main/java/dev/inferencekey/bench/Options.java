package dev.inferencekey.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for on the command line.
 *
 * @param quick shorter, less steady, and without what takes long to prepare
 * @param only contenders that take part, empty for all; {@code direct} and {@code nginx} always do
 * @param figures what is measured, empty for all
 * @param rounds how often each is measured
 * @param window how long each is measured in a round
 * @param before another checkout, whose server takes part as {@code us-before}; null for none
 * @param also further forms of our own server, by name: what {@code IK_JAVA_OPTS} is to them
 * @param save whether the results replace those in {@code docs/benchmarks}
 */
record Options(
        boolean quick,
        Set<String> only,
        Set<String> figures,
        int rounds,
        Duration window,
        @Nullable Path before,
        Map<String, String> also,
        boolean save) {
    static final String USAGE = """
            usage: compare [--quick] [--only NAME,...] [--figures NAME,...] [--rounds N] [--seconds S]
                           [--before FOLDER] [--also NAME=JAVA OPTIONS] [--no-save]
              --quick     3 rounds of 3 s, 2,000 idle streams, no table of a million keys; saves nothing
              --only      direct, nginx, nginx-lua, haproxy, portkey, us, us-iouring; direct and nginx always take part
              --figures   single, open-loop, chunks, first-byte, idle, start, keys
              --rounds    how often each contender is measured (5); a discarded one goes before
              --seconds   how long each is measured in a round (6)
              --before    the server of another checkout of ours, too: has it become slower since?
              --also      our server once more, with these options for Java, such as --also small="-Xmn8m -Xmx64m"; repeatable
              --no-save   leave docs/benchmarks as it is
            """;
    static final List<String> FIGURES = List.of("single", "open-loop", "chunks", "first-byte", "idle", "start", "keys");

    Options {
        only = Set.copyOf(only);
        figures = Set.copyOf(figures);
        also = Collections.unmodifiableMap(new LinkedHashMap<>(also));
        for (String figure : figures) {
            if (!FIGURES.contains(figure)) {
                throw new IllegalArgumentException("there is no figure " + figure);
            }
        }
        if (rounds < 1 || window.toSeconds() < 1) {
            throw new IllegalArgumentException("at least one round of one second");
        }
    }

    /** @throws IllegalArgumentException if something is not understood */
    static Options parse(String... arguments) {
        boolean quick = Arrays.asList(arguments).contains("--quick");
        Set<String> only = Set.of();
        Set<String> figures = Set.of();
        int rounds = quick ? 3 : 5;
        int seconds = quick ? 3 : 6;
        @Nullable Path before = null;
        Map<String, String> also = new LinkedHashMap<>();
        boolean save = !quick;
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String option = rest.removeFirst();
            switch (option) {
                case "--quick" -> {
                    // Known already: it changes the defaults of the others.
                }
                case "--no-save" -> save = false;
                case "--only" -> only = names(value(option, rest));
                case "--figures" -> figures = names(value(option, rest));
                case "--before" -> {
                    before = Path.of(value(option, rest));
                    if (!Files.isExecutable(before.resolve("ik"))) {
                        throw new IllegalArgumentException(
                                "--before needs a checkout, and there is no ik in " + before);
                    }
                }
                case "--also" -> {
                    String[] form = value(option, rest).split("=", 2);
                    if (form.length < 2 || !form[0].matches("[a-z0-9-]+")) {
                        throw new IllegalArgumentException(
                                "--also needs a name in small letters, =, and options for Java");
                    }
                    also.put("us-" + form[0], form[1]);
                }
                case "--rounds" -> rounds = number(option, rest);
                case "--seconds" -> seconds = number(option, rest);
                default -> throw new IllegalArgumentException(option + " is not known");
            }
        }
        return new Options(
                quick,
                only,
                figures,
                rounds,
                Duration.ofSeconds(seconds),
                before,
                also,
                save && only.isEmpty() && figures.isEmpty() && before == null && also.isEmpty());
    }

    boolean measures(String figure) {
        return figures.isEmpty() || figures.contains(figure);
    }

    boolean includes(String contender) {
        return only.isEmpty() || only.contains(contender) || contender.equals("direct") || contender.equals("nginx");
    }

    private static Set<String> names(String list) {
        return new LinkedHashSet<>(List.of(list.split(",")));
    }

    private static int number(String option, Deque<String> rest) {
        String text = value(option, rest);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " takes a whole number, not " + text, e);
        }
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.removeFirst();
    }
}
