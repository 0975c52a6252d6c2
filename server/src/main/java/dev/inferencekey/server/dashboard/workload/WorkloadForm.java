package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.contract.workload.WorkloadField;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A workload as a form has it: texts, nothing checked. Immutable and thread-safe.
 *
 * <p>Notes. Browsers change line breaks and forms drop what can't be seen, so that a text which went through a form need not come back as
 * it was declared. Hence {@link #declaration} takes the declared value wherever the form still says what it said when it was shown: who
 * changes one field changes no other.
 *
 * @param executionPolicy empty if none is declared
 * @param executionPolicyConfig a JSON object, blank for none
 * @param seen which state of the workload the person has seen, see {@link #stamp}; empty for a new one
 */
public record WorkloadForm(
        String name,
        String slug,
        String description,
        String taskType,
        String backend,
        String modelName,
        ConfigForm config,
        String workerId,
        String gpuResourceId,
        String executionPolicy,
        String executionPolicyConfig,
        String seen) {
    private static final String SLUG = "slug";
    private static final String SEEN = "seen";

    /** What an empty form for a new workload says. */
    static final WorkloadForm EMPTY = new WorkloadForm(
            "", "", "", TaskType.DEFAULT.wire(), "", "", new ConfigForm(Map.of(), ""), "", "", "", "", "");

    static WorkloadForm of(FormFields form) {
        return new WorkloadForm(
                form.text(WorkloadField.NAME.wire()),
                form.text(SLUG),
                form.text(WorkloadField.DESCRIPTION.wire()),
                form.text(WorkloadField.TASK_TYPE.wire()),
                form.text(WorkloadField.BACKEND.wire()),
                form.text(WorkloadField.MODEL_NAME.wire()),
                ConfigForm.of(form),
                form.text(WorkloadField.WORKER_ID.wire()),
                form.text(WorkloadField.GPU_RESOURCE_ID.wire()),
                form.text(WorkloadField.EXECUTION_POLICY.wire()),
                form.text(WorkloadField.EXECUTION_POLICY_CONFIG.wire()),
                form.text(SEEN));
    }

    static WorkloadForm of(Workload workload) {
        Map<String, @Nullable Object> policy = workload.executionPolicyConfig();
        return new WorkloadForm(
                workload.name(),
                workload.slug(),
                asSent(workload.description()),
                workload.taskType().wire(),
                workload.backend(),
                workload.modelName(),
                ConfigForm.of(workload.backend(), workload.config()),
                asSent(workload.workerId()),
                asSent(workload.gpuResourceId()),
                asSent(workload.executionPolicy()),
                policy == null ? "" : Json.pretty(policy),
                stamp(workload));
    }

    /** Tells two states of one workload apart. */
    static String stamp(Workload workload) {
        return workload.revision() + " " + workload.updatedAt();
    }

    /** The same form with another slug. */
    WorkloadForm withSlug(String canonical) {
        return new WorkloadForm(
                name,
                canonical,
                description,
                taskType,
                backend,
                modelName,
                config,
                workerId,
                gpuResourceId,
                executionPolicy,
                executionPolicyConfig,
                seen);
    }

    /** The same form, of somebody who has seen this state. */
    WorkloadForm seeing(Workload workload) {
        return new WorkloadForm(
                name,
                slug,
                description,
                taskType,
                backend,
                modelName,
                config,
                workerId,
                gpuResourceId,
                executionPolicy,
                executionPolicyConfig,
                stamp(workload));
    }

    /** Everything that was typed, by the names that {@link #of(FormFields)} reads: how a page carries it on. */
    public Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(WorkloadField.NAME.wire(), name);
        fields.put(SLUG, slug);
        fields.put(WorkloadField.DESCRIPTION.wire(), description);
        fields.put(WorkloadField.TASK_TYPE.wire(), taskType);
        fields.put(WorkloadField.BACKEND.wire(), backend);
        fields.put(WorkloadField.MODEL_NAME.wire(), modelName);
        for (ConfigField field : ConfigField.values()) {
            fields.put(field.field(), config.text(field));
        }
        fields.put(ConfigForm.OTHER, config.other());
        fields.put(WorkloadField.WORKER_ID.wire(), workerId);
        fields.put(WorkloadField.GPU_RESOURCE_ID.wire(), gpuResourceId);
        fields.put(WorkloadField.EXECUTION_POLICY.wire(), executionPolicy);
        fields.put(WorkloadField.EXECUTION_POLICY_CONFIG.wire(), executionPolicyConfig);
        fields.put(SEEN, seen);
        fields.values().removeIf(String::isEmpty);
        return fields;
    }

    /**
     * The body of a request that declares a new workload like this.
     *
     * @param mayPin whether the person may say where it runs; else the form was not asked
     */
    Map<String, @Nullable Object> declaration(boolean mayPin) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put(WorkloadField.NAME.wire(), name.strip());
        body.put(SLUG, orNull(slug));
        body.put(WorkloadField.DESCRIPTION.wire(), orNull(description));
        body.put(WorkloadField.TASK_TYPE.wire(), orNull(taskType));
        body.put(WorkloadField.BACKEND.wire(), orNull(backend));
        body.put(WorkloadField.MODEL_NAME.wire(), modelName.strip());
        body.put(WorkloadField.CONFIG.wire(), config.config(backend));
        if (mayPin) {
            body.put(WorkloadField.WORKER_ID.wire(), orNull(workerId));
            body.put(WorkloadField.GPU_RESOURCE_ID.wire(), orNull(gpuResourceId));
        }
        body.put(WorkloadField.EXECUTION_POLICY.wire(), orNull(executionPolicy));
        body.put(WorkloadField.EXECUTION_POLICY_CONFIG.wire(), policyConfig(executionPolicyConfig));
        return body;
    }

    /**
     * What the form asks the present workload to be, under wire names. An empty text clears an optional field, and an emptied object is an
     * empty one.
     */
    Map<String, @Nullable Object> declaration(boolean mayPin, Workload live) {
        WorkloadForm shown = of(live);
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put(WorkloadField.NAME.wire(), text(name, shown.name(), live.name()));
        body.put(WorkloadField.DESCRIPTION.wire(), text(description, shown.description(), live.description()));
        body.put(WorkloadField.BACKEND.wire(), backend.strip());
        body.put(WorkloadField.MODEL_NAME.wire(), text(modelName, shown.modelName(), live.modelName()));
        boolean sameConfig = backend.equals(live.backend()) && config.looksLike(shown.config());
        body.put(
                WorkloadField.CONFIG.wire(),
                sameConfig ? live.config() : emptied(config.config(backend), live.config()));
        if (mayPin) {
            body.put(WorkloadField.WORKER_ID.wire(), text(workerId, shown.workerId(), live.workerId()));
            body.put(
                    WorkloadField.GPU_RESOURCE_ID.wire(),
                    text(gpuResourceId, shown.gpuResourceId(), live.gpuResourceId()));
        }
        body.put(WorkloadField.EXECUTION_POLICY.wire(), orNull(executionPolicy));
        boolean samePolicy = executionPolicyConfig.equals(shown.executionPolicyConfig());
        body.put(
                WorkloadField.EXECUTION_POLICY_CONFIG.wire(),
                samePolicy
                        ? live.executionPolicyConfig()
                        : emptied(policyConfig(executionPolicyConfig), live.executionPolicyConfig()));
        return body;
    }

    private static @Nullable Map<String, @Nullable Object> policyConfig(String text) {
        return text.isBlank() ? null : JsonTexts.object(WorkloadField.EXECUTION_POLICY_CONFIG.wire(), text);
    }

    private static @Nullable Map<String, @Nullable Object> emptied(
            @Nullable Map<String, @Nullable Object> wanted, @Nullable Map<String, @Nullable Object> live) {
        return wanted == null && live != null ? Map.of() : wanted;
    }

    private static @Nullable Object text(String typed, String shown, @Nullable String live) {
        return typed.equals(shown) ? Objects.requireNonNullElse(live, "") : typed.strip();
    }

    /** How a browser sends back what a page showed; see {@link FormFields}. */
    private static String asSent(@Nullable String text) {
        return text == null ? "" : text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static @Nullable String orNull(String text) {
        String stripped = text.strip();
        return stripped.isEmpty() ? null : stripped;
    }
}
