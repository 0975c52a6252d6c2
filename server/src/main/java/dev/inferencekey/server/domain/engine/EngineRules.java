package dev.inferencekey.server.domain.engine;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.workload.EngineCommand;
import dev.inferencekey.server.domain.workload.SecretName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What declarations may ask of engines on this installation: the one place that decides which flags, model files, versions and
 * environment variables reach a program. Asked when something is declared, and again before each start, since lists and files change.
 * Thread-safe.
 *
 * @param lists flags and variables
 * @param files where models are
 * @param vllmVersions the versions that {@code vllm_version} may choose
 */
public record EngineRules(EngineLists lists, ModelFiles files, Set<String> vllmVersions) {
    private static final String CONFIG = "config";
    private static final String COMMAND = "command";
    private static final String VLLM_VERSION = "vllm_version";
    private static final String ENV = EngineSecrets.ENV;
    private static final String SECRET_REF = EngineSecrets.SECRET_REF;
    private static final int MAX_VARIABLES = 64;

    public EngineRules {
        vllmVersions = Set.copyOf(vllmVersions);
    }

    /**
     * What is to be run.
     *
     * @param backend wire name
     * @param config as declared, well-formed for its backend
     * @return empty for backends that run no program
     * @throws InvalidFieldException if it is not allowed here; says what is not, and what to do
     */
    public Optional<EnginePlan> plan(String backend, String modelName, @Nullable Map<String, @Nullable Object> config) {
        return Engine.of(backend).map(engine -> {
            JsonFields fields = JsonFields.of(CONFIG, config == null ? Map.of() : config);
            Map<String, String> environment = new LinkedHashMap<>();
            Map<String, String> secrets = new LinkedHashMap<>();
            readEnvironment(engine, fields.object(ENV), environment, secrets);
            return new EnginePlan(command(engine, modelName, fields), version(fields), environment, secrets);
        });
    }

    private @Nullable CheckedCommand command(Engine engine, String modelName, JsonFields fields) {
        if (engine.beginnings().isEmpty()) {
            return null;
        }
        CommandCheck check = new CommandCheck(engine, lists.of(engine), files);
        String line = fields.nonBlankText(COMMAND, EngineCommand.MAX_LENGTH);
        if (line == null) {
            return engine == Engine.SGLANG ? ofModelName(check, modelName) : null;
        }
        EngineCommand command;
        try {
            command = EngineCommand.parse(line);
        } catch (IllegalArgumentException e) {
            throw fields.wrong(COMMAND, "can't be run: " + e.getMessage());
        }
        try {
            return check.check(command);
        } catch (IllegalArgumentException e) {
            throw fields.wrong(COMMAND, String.valueOf(e.getMessage()));
        }
    }

    private static CheckedCommand ofModelName(CommandCheck check, String modelName) {
        try {
            return check.check(
                    new EngineCommand(List.of("python3", "-m", "sglang.launch_server", "--model-path", modelName)));
        } catch (IllegalArgumentException e) {
            throw new InvalidFieldException(
                    "model_name",
                    "model_name must be " + ValueKind.ModelPath.REPOSITORY.rule()
                            + ", or config.command must say what to run");
        }
    }

    private @Nullable String version(JsonFields fields) {
        String version = fields.nonBlankText(VLLM_VERSION, ValueKind.MAX_LENGTH);
        if (version != null && !vllmVersions.contains(version)) {
            throw fields.wrong(
                    VLLM_VERSION,
                    "names a version that is not installed here; "
                            + (vllmVersions.isEmpty()
                                    ? "leave it out to run the vllm on the PATH, or have an operator name an installed one (ik server --vllm-env)"
                                    : "installed are "
                                            + String.join(
                                                    ", ",
                                                    vllmVersions.stream()
                                                            .sorted()
                                                            .toList())));
        }
        return version;
    }

    private void readEnvironment(
            Engine engine,
            @Nullable Map<String, @Nullable Object> variables,
            Map<String, String> environment,
            Map<String, String> secrets) {
        if (variables == null) {
            return;
        }
        JsonFields fields = JsonFields.of(CONFIG + "." + ENV, variables);
        if (variables.size() > MAX_VARIABLES) {
            throw new InvalidFieldException(
                    CONFIG + "." + ENV,
                    CONFIG + "." + ENV + " has too many entries: at most " + MAX_VARIABLES + " are allowed");
        }
        for (Map.Entry<String, @Nullable Object> variable : variables.entrySet()) {
            String name = variable.getKey();
            ValueKind kind = lists.of(engine).variables().get(name);
            if (kind == null) {
                throw fields.wrong(
                        JsonFields.show(name),
                        "is none of the environment variables that declarations may set for " + engine.program() + "; "
                                + CommandCheck.OPERATOR_HINT);
            }
            if (kind == ValueKind.Shape.SECRET) {
                secrets.put(name, secret(fields, name, variable.getValue()));
            } else if (variable.getValue() instanceof String text && kind.accepts(text)) {
                environment.put(name, text);
            } else {
                throw fields.wrong(name, "must be a string: " + kind.rule());
            }
        }
    }

    private static String secret(JsonFields fields, String variable, @Nullable Object value) {
        if (value instanceof Map<?, ?> reference
                && reference.size() == 1
                && reference.get(SECRET_REF) instanceof String name
                && SecretName.isValid(name)) {
            return name;
        }
        throw fields.wrong(
                variable,
                "must be " + ValueKind.Shape.SECRET.rule() + "; everybody who may read the workload sees plain text");
    }
}
