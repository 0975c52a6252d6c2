package dev.inferencekey.server.domain.engine;

import dev.inferencekey.server.domain.workload.EngineCommand;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How many tokens a model can hold, as far as its workload's command tells. Stateless and thread-safe. */
public final class ModelContext {
    /** Of vLLM, SGLang and llama.cpp. */
    private static final Set<String> FLAGS = Set.of("--max-model-len", "--context-length", "--ctx-size", "-c");

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,8})([kKmM]?)");

    private ModelContext() {}

    /** Input and answer together; null if the command does not say, or leaves it to the model. */
    public static @Nullable Integer tokens(@Nullable Map<String, ? extends @Nullable Object> config) {
        if (config == null || !(config.get("command") instanceof String line)) {
            return null;
        }
        Integer found = null;
        try {
            List<String> arguments = EngineCommand.parse(line).arguments();
            for (int i = 1; i < arguments.size(); i++) {
                String argument = arguments.get(i);
                int equals = argument.indexOf('=');
                String flag = (equals < 0 ? argument : argument.substring(0, equals)).replace('_', '-');
                if (FLAGS.contains(flag)) {
                    String value = equals >= 0
                            ? argument.substring(equals + 1)
                            : i + 1 < arguments.size() ? arguments.get(i + 1) : "";
                    found = size(value);
                }
            }
        } catch (IllegalArgumentException e) {
            return null; // It can't be started either.
        }
        return found;
    }

    private static @Nullable Integer size(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return null;
        }
        long unit = switch (size.group(2)) {
            case "k" -> 1_000;
            case "K" -> 1_024;
            case "m" -> 1_000_000;
            case "M" -> 1_024 * 1_024;
            default -> 1;
        };
        long tokens = Long.parseLong(size.group(1)) * unit;
        return tokens == 0 || tokens > Integer.MAX_VALUE ? null : (int) tokens;
    }
}
