package dev.inferencekey.server.domain.workload;

import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.contract.workload.WorkloadField;
import dev.inferencekey.server.domain.DisplayText;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.policy.ExecutionPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a declaration of a workload, and a change of one, must look like; turns plain JSON into values that are valid as a whole.
 * What is refused is refused with an {@link InvalidFieldException} that names the field. Stateless and thread-safe.
 */
public final class WorkloadRules {
    /** Longest name, in characters. */
    public static final int MAX_NAME_LENGTH = 200;

    /** Longest of the other texts, in characters. */
    public static final int MAX_TEXT_LENGTH = 4096;

    private static final String NAME = WorkloadField.NAME.wire();
    static final String SLUG = "slug";
    private static final String DESCRIPTION = WorkloadField.DESCRIPTION.wire();
    static final String TASK_TYPE = WorkloadField.TASK_TYPE.wire();
    private static final String BACKEND = WorkloadField.BACKEND.wire();
    private static final String MODEL_NAME = WorkloadField.MODEL_NAME.wire();
    private static final String CONFIG = WorkloadField.CONFIG.wire();
    private static final String WORKER_ID = WorkloadField.WORKER_ID.wire();
    private static final String GPU_RESOURCE_ID = WorkloadField.GPU_RESOURCE_ID.wire();
    private static final String EXECUTION_POLICY = WorkloadField.EXECUTION_POLICY.wire();
    private static final String EXECUTION_POLICY_CONFIG = WorkloadField.EXECUTION_POLICY_CONFIG.wire();

    private static final List<String> FIELDS = List.of(
            NAME,
            SLUG,
            DESCRIPTION,
            TASK_TYPE,
            BACKEND,
            MODEL_NAME,
            CONFIG,
            WORKER_ID,
            GPU_RESOURCE_ID,
            EXECUTION_POLICY,
            EXECUTION_POLICY_CONFIG);

    /** Fields that people expect from other products, and what to do instead. */
    private static final Map<String, String> NOT_HERE = Map.of(
            "provider",
            "provider is not a field of a workload: placement is the platform's job; leave it out",
            "min_vram_gb",
            "min_vram_gb is not a field of a workload: placement is the platform's job; leave it out",
            "model",
            "unknown field model; the model that the backend serves is called model_name",
            "command",
            "unknown field command; it belongs inside config: {\"config\": {\"command\": …}}",
            "vllm_version",
            "unknown field vllm_version; it belongs inside config: {\"config\": {\"vllm_version\": …}}");

    private WorkloadRules() {}

    /** Reads the body of a request to create a workload. */
    public static WorkloadDeclaration declaration(Map<String, ? extends @Nullable Object> body) {
        JsonFields fields = checkedFields(body);
        String name = singleLine(fields, NAME, fields.requiredText(NAME, MAX_NAME_LENGTH));
        String slug = slug(fields, name);
        TaskType taskType = taskType(fields);
        String backend = backend(fields.requiredText(BACKEND, MAX_TEXT_LENGTH));
        String modelName = singleLine(fields, MODEL_NAME, fields.requiredText(MODEL_NAME, MAX_TEXT_LENGTH));
        WorkloadDeclaration declaration = new WorkloadDeclaration(
                name,
                slug,
                orNull(fields.text(DESCRIPTION, MAX_TEXT_LENGTH)),
                taskType,
                backend,
                modelName,
                fields.object(CONFIG),
                orNull(placement(fields, WORKER_ID)),
                orNull(placement(fields, GPU_RESOURCE_ID)),
                fields.nonBlankText(EXECUTION_POLICY, MAX_TEXT_LENGTH),
                fields.object(EXECUTION_POLICY_CONFIG));
        check(
                taskType == null ? TaskType.DEFAULT : taskType,
                backend,
                declaration.config(),
                declaration.executionPolicy(),
                declaration.executionPolicyConfig());
        return declaration;
    }

    /** Reads the body of a request to change a workload. What only shows together with the workload is checked when it is applied. */
    public static WorkloadPatch patch(Map<String, ? extends @Nullable Object> body) {
        JsonFields fields = checkedFields(body);
        String name = fields.nonBlankText(NAME, MAX_NAME_LENGTH);
        String backend = fields.nonBlankText(BACKEND, MAX_TEXT_LENGTH);
        String modelName = fields.nonBlankText(MODEL_NAME, MAX_TEXT_LENGTH);
        return new WorkloadPatch(
                canonicalSlug(fields),
                taskType(fields),
                name == null ? null : singleLine(fields, NAME, name),
                fields.text(DESCRIPTION, MAX_TEXT_LENGTH),
                backend == null ? null : backend(backend),
                modelName == null ? null : singleLine(fields, MODEL_NAME, modelName),
                fields.object(CONFIG),
                placement(fields, WORKER_ID),
                placement(fields, GPU_RESOURCE_ID),
                fields.nonBlankText(EXECUTION_POLICY, MAX_TEXT_LENGTH),
                fields.object(EXECUTION_POLICY_CONFIG));
    }

    /** The fields that clients compare with their declarations, under their wire names; absent ones are null. */
    public static Map<String, @Nullable Object> wire(Workload workload) {
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put(NAME, workload.name());
        wire.put(DESCRIPTION, workload.description());
        wire.put(TASK_TYPE, workload.taskType().wire());
        wire.put(BACKEND, workload.backend());
        wire.put(MODEL_NAME, workload.modelName());
        wire.put(CONFIG, workload.config());
        wire.put(WORKER_ID, workload.workerId());
        wire.put(GPU_RESOURCE_ID, workload.gpuResourceId());
        wire.put(EXECUTION_POLICY, workload.executionPolicy());
        wire.put(EXECUTION_POLICY_CONFIG, workload.executionPolicyConfig());
        return wire;
    }

    /** Checks what must hold between the fields of a whole workload. */
    static void check(
            TaskType taskType,
            String backendName,
            @Nullable Map<String, @Nullable Object> config,
            @Nullable String executionPolicy,
            @Nullable Map<String, @Nullable Object> executionPolicyConfig) {
        Backend backend = Backend.fromWire(backendName).orElseThrow(() -> unknownBackend(backendName));
        BackendConfig.check(backend, taskType, config);
        ExecutionPolicy.parse(executionPolicy, executionPolicyConfig);
    }

    private static JsonFields checkedFields(Map<String, ? extends @Nullable Object> body) {
        JsonFields fields = JsonFields.ofBody(body);
        NOT_HERE.forEach((field, message) -> {
            if (body.containsKey(field)) {
                throw new InvalidFieldException(field, message);
            }
        });
        fields.refuseUnknown(FIELDS);
        for (String field : FIELDS) {
            SpecScan.check(field, body.get(field));
        }
        return fields;
    }

    private static @Nullable String slug(JsonFields fields, String name) {
        String canonical = canonicalSlug(fields);
        if (canonical == null) {
            refuseHiddenCredential(NAME, name);
            if (Slug.canonical(name).isEmpty()) {
                throw fields.wrong(NAME, "holds no letter or digit that a slug could be made of; send a slug");
            }
        }
        return canonical;
    }

    private static void refuseHiddenCredential(String field, String text) {
        if (Slug.hidesCredential(text)) {
            throw new InvalidFieldException(
                    field, "secrets must never go in specs: " + field + " carries an InferenceKey credential");
        }
    }

    private static @Nullable String canonicalSlug(JsonFields fields) {
        String sent = fields.nonBlankText(SLUG, MAX_TEXT_LENGTH);
        if (sent == null) {
            return null;
        }
        refuseHiddenCredential(SLUG, sent);
        String canonical = Slug.canonical(sent);
        if (canonical.isEmpty()) {
            throw fields.wrong(SLUG, "must hold at least one of a-z and 0-9");
        }
        if (canonical.length() > Slug.MAX_LENGTH) {
            throw fields.wrong(SLUG, "is too long: at most " + Slug.MAX_LENGTH + " characters are allowed");
        }
        return canonical;
    }

    private static @Nullable TaskType taskType(JsonFields fields) {
        String sent = fields.nonBlankText(TASK_TYPE, MAX_TEXT_LENGTH);
        if (sent == null) {
            return null;
        }
        return TaskType.fromWire(sent).orElseThrow(() -> {
            StringBuilder known = new StringBuilder();
            for (TaskType type : TaskType.values()) {
                known.append(known.isEmpty() ? "" : ", ").append(type.wire());
            }
            return new InvalidFieldException(
                    TASK_TYPE, "unknown task_type " + JsonFields.show(sent) + "; known ones are " + known);
        });
    }

    private static String backend(String sent) {
        return Backend.fromWire(sent).orElseThrow(() -> unknownBackend(sent)).wire();
    }

    private static InvalidFieldException unknownBackend(String sent) {
        return new InvalidFieldException(
                BACKEND, "unknown backend " + JsonFields.show(sent) + "; the built-in ones are " + Backend.wireNames());
    }

    private static @Nullable String placement(JsonFields fields, String field) {
        String sent = fields.text(field, MAX_TEXT_LENGTH);
        return sent == null ? null : singleLine(fields, field, sent);
    }

    private static String singleLine(JsonFields fields, String field, String text) {
        if (!DisplayText.isOneVisibleLine(text)) {
            throw fields.wrong(
                    field,
                    "must not hold line breaks, other control characters, invisible characters or marks that turn the"
                            + " direction of writing");
        }
        return text;
    }

    private static @Nullable String orNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }
}
