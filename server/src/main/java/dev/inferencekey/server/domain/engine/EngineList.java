package dev.inferencekey.server.domain.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What declarations may say about one engine; what is not here is refused. Immutable.
 *
 * @param flags by each spelling
 * @param variables environment variables by name
 */
public record EngineList(Map<String, EngineFlag> flags, Map<String, ValueKind> variables) {
    static final EngineList EMPTY = new EngineList(Map.of(), Map.of());

    public EngineList {
        flags = Map.copyOf(flags);
        variables = Map.copyOf(variables);
    }

    /** The flag of this spelling. Engines take {@code _} for {@code -} in long flags, and so is it here. */
    public Optional<EngineFlag> flag(String spelling) {
        EngineFlag exact = flags.get(spelling);
        return exact != null || !spelling.startsWith("--")
                ? Optional.ofNullable(exact)
                : Optional.ofNullable(flags.get(spelling.replace('_', '-')));
    }

    /** Both together; {@code more} has the last word. */
    EngineList plus(EngineList more) {
        Map<String, EngineFlag> allFlags = new LinkedHashMap<>(flags);
        allFlags.putAll(more.flags);
        Map<String, ValueKind> allVariables = new LinkedHashMap<>(variables);
        allVariables.putAll(more.variables);
        return new EngineList(allFlags, allVariables);
    }
}
