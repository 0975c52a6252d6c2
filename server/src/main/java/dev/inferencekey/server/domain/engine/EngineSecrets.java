package dev.inferencekey.server.domain.engine;

import dev.inferencekey.server.domain.upstream.SecretBinding;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The project's secrets that a declaration gives its engine, as {@code config.env} names them. Stateless and thread-safe. */
public final class EngineSecrets {
    static final String ENV = "env";
    static final String SECRET_REF = "secret_ref";

    private EngineSecrets() {}

    /** The names of the secrets by the variables that carry them; what is no reference is left out. */
    public static Map<String, String> in(@Nullable Map<String, @Nullable Object> config) {
        Map<String, String> names = new LinkedHashMap<>();
        if (config != null && config.get(ENV) instanceof Map<?, ?> variables) {
            variables.forEach((variable, value) -> {
                if (value instanceof Map<?, ?> reference && reference.get(SECRET_REF) instanceof String name) {
                    names.put(String.valueOf(variable), name);
                }
            });
        }
        return names;
    }

    /** The field that names a secret. */
    public static String field(String variable) {
        return "config." + ENV + "." + variable;
    }

    /** Why an engine must not have the secret, as a sentence that says what to do; null if it may. */
    public static @Nullable String refusal(String variable, String name, SecretBinding binding) {
        return binding.engines()
                ? null
                : "the secret \"" + name + "\" that " + field(variable)
                        + " names is not for model servers; an admin can store it for them: ik secret set " + name
                        + " --for-engines";
    }
}
