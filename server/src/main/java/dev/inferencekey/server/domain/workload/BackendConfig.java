package dev.inferencekey.server.domain.workload;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.upstream.UpstreamSettings;
import dev.inferencekey.server.domain.upstream.UpstreamUrl;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What each built-in backend asks of {@code config}. What commands and variables may say is asked of {@code EngineRules}. */
final class BackendConfig {
    private static final String CONFIG = "config";
    private static final String COMMAND = "command";
    private static final String VLLM_VERSION = "vllm_version";
    private static final String ENV = "env";
    private static final String MEMORY_MB = "memory_mb";
    private static final int MIN_MEMORY_MB = 64;
    private static final int MAX_MEMORY_MB = 100_000_000;
    private static final String BASE_URL = UpstreamSettings.BASE_URL;
    private static final String SECRET_REF = UpstreamSettings.SECRET_REF;
    private static final List<String> EXTERNAL_KEYS =
            List.of(BASE_URL, SECRET_REF, UpstreamSettings.STREAM_USAGE, UpstreamSettings.APPEND_V1);

    private static final Set<TaskType> IMAGE_TASKS = Set.of(TaskType.TEXT2IMAGE, TaskType.IMAGE2IMAGE);

    private static final List<String> SIMULATOR_KEYS =
            List.of("ttft_ms", "tokens_per_second", "output_tokens", "failure_rate", "crash_rate", "startup_ms");
    private static final int TEN_MINUTES_MS = 600_000;

    private BackendConfig() {}

    static void check(Backend backend, TaskType taskType, @Nullable Map<String, @Nullable Object> config) {
        JsonFields fields = JsonFields.of(CONFIG, config == null ? Map.of() : config);
        switch (backend) {
            case OLLAMA -> checkProgram(backend, fields, List.of(ENV, MEMORY_MB));
            case VLLM, VLLM_OMNI -> {
                checkProgram(backend, fields, List.of(COMMAND, VLLM_VERSION, ENV, MEMORY_MB));
                fields.nonBlankText(VLLM_VERSION, WorkloadRules.MAX_TEXT_LENGTH);
            }
            case SGLANG, LLAMACPP -> checkProgram(backend, fields, List.of(COMMAND, ENV, MEMORY_MB));
            case STABLEDIFFUSIONCPP -> {
                if (!IMAGE_TASKS.contains(taskType)) {
                    throw new InvalidFieldException(
                            "task_type",
                            "stablediffusioncpp makes images: task_type must be text2image or image2image");
                }
                checkProgram(backend, fields, List.of(COMMAND, ENV, MEMORY_MB));
            }
            case SIMULATOR -> checkSimulator(fields);
            case EXTERNAL -> checkExternal(fields);
        }
    }

    private static void checkProgram(Backend backend, JsonFields fields, List<String> known) {
        fields.refuseUnknown(known);
        fields.object(ENV);
        fields.integer(MEMORY_MB, MIN_MEMORY_MB, MAX_MEMORY_MB);
        String line = fields.nonBlankText(COMMAND, EngineCommand.MAX_LENGTH);
        if (line == null && backend.needsCommand()) {
            throw fields.wrong(COMMAND, "is required for backend " + backend.wire());
        }
    }

    private static void checkSimulator(JsonFields fields) {
        fields.refuseUnknown(SIMULATOR_KEYS);
        fields.integer("ttft_ms", 0, TEN_MINUTES_MS);
        fields.number("tokens_per_second", 0.001, 1_000_000);
        fields.integer("output_tokens", 1, 1_000_000);
        fields.number("failure_rate", 0, 1);
        fields.number("crash_rate", 0, 1);
        fields.integer("startup_ms", 0, TEN_MINUTES_MS);
    }

    private static void checkExternal(JsonFields fields) {
        fields.refuseUnknown(EXTERNAL_KEYS);
        String baseUrl = fields.requiredText(BASE_URL, WorkloadRules.MAX_TEXT_LENGTH);
        String problem = UpstreamUrl.problemOf(baseUrl);
        if (problem != null) {
            throw fields.wrong(BASE_URL, problem);
        }
        String secretRef = fields.nonBlankText(SECRET_REF, WorkloadRules.MAX_TEXT_LENGTH);
        if (secretRef != null && !SecretName.isValid(secretRef)) {
            throw fields.wrong(SECRET_REF, "must be the name of an upstream secret: " + SecretName.RULE);
        }
        fields.bool(UpstreamSettings.STREAM_USAGE);
        fields.bool(UpstreamSettings.APPEND_V1);
    }
}
