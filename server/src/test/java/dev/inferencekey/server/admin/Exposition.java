package dev.inferencekey.server.admin;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Prometheus's text format as strictly as a scraper does, and keeps the samples: {@code name{label="value"}} to value. */
final class Exposition {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary");

    final Map<String, String> types = new LinkedHashMap<>();
    final Map<String, String> helps = new LinkedHashMap<>();
    final Map<String, Double> samples = new LinkedHashMap<>();
    private final Set<String> ended = new HashSet<>();
    private String family = "";

    static Exposition parse(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        Exposition exposition = new Exposition();
        text.lines().forEach(exposition::line);
        return exposition;
    }

    private void line(String line) {
        if (line.startsWith("# HELP ")) {
            String[] words = line.split(" ", 4);
            begin(words[2]);
            once(helps, words[2], words[3]);
        } else if (line.startsWith("# TYPE ")) {
            String[] words = line.split(" ", -1);
            if (words.length != 4 || !TYPES.contains(words[3])) {
                throw new AssertionError("no type: " + line);
            }
            begin(words[2]);
            once(types, words[2], words[3]);
        } else {
            sample(line);
        }
    }

    /** All lines of a family stand together. */
    private void begin(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new AssertionError("no name: " + name);
        }
        if (!name.equals(family)) {
            if (!family.isEmpty() && !ended.add(family)) {
                throw new AssertionError("twice: " + family);
            }
            if (ended.contains(name)) {
                throw new AssertionError("twice: " + name);
            }
            family = name;
        }
    }

    private static void once(Map<String, String> into, String name, String text) {
        if (into.put(name, text) != null) {
            throw new AssertionError("twice: " + name);
        }
    }

    private void sample(String line) {
        Matcher parts = SAMPLE.matcher(line);
        if (!parts.matches()) {
            throw new AssertionError("no sample: " + line);
        }
        String name = parts.group(1);
        String type = types.get(family);
        boolean ofFamily = name.equals(family)
                || (("histogram".equals(type) || "summary".equals(type))
                        && Set.of(family + "_bucket", family + "_count", family + "_sum")
                                .contains(name));
        if (!ofFamily || type == null) {
            throw new AssertionError(line + " stands under " + family);
        }
        if (type.equals("counter") && !name.endsWith("_total")) {
            throw new AssertionError("a counter's name ends with _total: " + name);
        }
        labels(parts.group(3));
        String key = line.substring(0, line.lastIndexOf(' '));
        if (samples.put(key, number(parts.group(4))) != null) {
            throw new AssertionError("twice: " + key);
        }
    }

    private static void labels(@org.jspecify.annotations.Nullable String text) {
        if (text == null) {
            return;
        }
        Matcher label = LABEL.matcher(text);
        int at = 0;
        Set<String> names = new HashSet<>();
        while (at < text.length()) {
            if (!label.find() || label.start() != at || !names.add(label.group(1))) {
                throw new AssertionError("no labels: " + text);
            }
            at = label.end();
        }
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
