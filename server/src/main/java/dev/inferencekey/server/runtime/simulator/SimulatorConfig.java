package dev.inferencekey.server.runtime.simulator;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated model server does; everything has a default.
 *
 * @param timeToFirstToken {@code ttft_ms}, 0 to 600 000, default 20
 * @param tokensPerSecond {@code tokens_per_second}, 0.001 to 1 000 000, default 200
 * @param outputTokens {@code output_tokens}, 1 to 1 000 000: how long answers are unless the request allows less. Null (the default):
 *     a few dozen, depending on the prompt.
 * @param failureRate {@code failure_rate}, 0 to 1, default 0: the share of requests that is answered with 500
 * @param crashRate {@code crash_rate}, 0 to 1, default 0: the share of requests in the midst of which the server dies
 * @param startup {@code startup_ms}, 0 to 600 000, default 0
 */
record SimulatorConfig(
        Duration timeToFirstToken,
        double tokensPerSecond,
        @Nullable Integer outputTokens,
        double failureRate,
        double crashRate,
        Duration startup) {
    private static final Set<String> KEYS =
            Set.of("ttft_ms", "tokens_per_second", "output_tokens", "failure_rate", "crash_rate", "startup_ms");

    private static final double MAX_MILLIS = 600_000;

    /** @throws IllegalArgumentException with a sentence that names the offending key */
    static SimulatorConfig parse(Map<String, @Nullable Object> config) {
        for (String key : config.keySet()) {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(
                        "config." + key + " is not known to the simulator, which knows " + new TreeSet<>(KEYS));
            }
        }
        Double outputTokens = number(config, "output_tokens", 1, 1_000_000);
        return new SimulatorConfig(
                millis(config, "ttft_ms", 20),
                orElse(number(config, "tokens_per_second", 0.001, 1_000_000), 200),
                outputTokens == null ? null : outputTokens.intValue(),
                orElse(number(config, "failure_rate", 0, 1), 0),
                orElse(number(config, "crash_rate", 0, 1), 0),
                millis(config, "startup_ms", 0));
    }

    private static Duration millis(Map<String, @Nullable Object> config, String key, double otherwise) {
        return Duration.ofNanos((long) (orElse(number(config, key, 0, MAX_MILLIS), otherwise) * 1e6));
    }

    private static double orElse(@Nullable Double value, double otherwise) {
        return value == null ? otherwise : value;
    }

    private static @Nullable Double number(Map<String, @Nullable Object> config, String key, double min, double max) {
        Object value = config.get(key);
        if (value == null) {
            return null;
        }
        if (value instanceof Number number && number.doubleValue() >= min && number.doubleValue() <= max) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException(
                "config." + key + " must be a number from " + plain(min) + " to " + plain(max));
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
