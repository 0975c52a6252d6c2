package dev.inferencekey.server.domain.metering;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a model server has counted since it started.
 *
 * @param promptTokens not negative
 * @param outputTokens not negative
 */
public record EngineCounters(CountingEngine engine, long promptTokens, long outputTokens) {
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    public EngineCounters {
        if (promptTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("counters are not negative");
        }
    }

    /**
     * Reads them from metrics in the text format of Prometheus; a counter that comes with several sets of labels is added up.
     *
     * @return empty if no engine that is known counts there
     */
    public static Optional<EngineCounters> parse(String metrics) {
        Map<String, BigDecimal> sums = new HashMap<>();
        metrics.lines().forEach(line -> add(line, sums));
        for (CountingEngine engine : CountingEngine.values()) {
            BigDecimal prompt = sums.get(engine.promptCounter());
            BigDecimal output = sums.get(engine.outputCounter());
            if (prompt != null && output != null) {
                return Optional.of(new EngineCounters(engine, tokens(prompt), tokens(output)));
            }
        }
        return Optional.empty();
    }

    private static long tokens(BigDecimal value) {
        return value.min(MOST).max(BigDecimal.ZERO).longValue();
    }

    /** A sample is {@code name value}, {@code name{labels} value}, or either with a time behind it; what is none is passed over. */
    private static void add(String line, Map<String, BigDecimal> sums) {
        int nameEnd = nameEnd(line);
        String name = line.substring(0, nameEnd);
        if (name.isEmpty()) {
            return;
        }
        int valueAt = nameEnd < line.length() && line.charAt(nameEnd) == '{' ? line.lastIndexOf('}') + 1 : nameEnd;
        String[] rest = line.substring(valueAt).strip().split("\\s+", 2);
        try {
            sums.merge(name, new BigDecimal(rest[0]), BigDecimal::add);
        } catch (NumberFormatException e) {
            // A comment, NaN, infinite or nothing at all: no count of tokens.
        }
    }

    private static int nameEnd(String line) {
        int end = 0;
        while (end < line.length() && line.charAt(end) != '{' && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        return end;
    }

    /** What was counted since an earlier reading of the same model server; all of it if that has begun anew meanwhile. */
    public EngineCounters since(EngineCounters earlier) {
        return isResetSince(earlier)
                ? this
                : new EngineCounters(engine, promptTokens - earlier.promptTokens, outputTokens - earlier.outputTokens);
    }

    /** Whether the counters went back, so that the model server was restarted in between. */
    public boolean isResetSince(EngineCounters earlier) {
        return promptTokens < earlier.promptTokens || outputTokens < earlier.outputTokens;
    }
}
