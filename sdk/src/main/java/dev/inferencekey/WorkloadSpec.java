package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.TaskType;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of a workload: what {@link ManagementClient#ensure(WorkloadSpec)} makes true. Immutable and thread-safe.
 *
 * {@snippet :
 * WorkloadSpec spec = WorkloadSpec.builder()
 *         .name("Support bot")
 *         .slug("support-bot")
 *         .backend("vllm")
 *         .model("google/gemma-4-26b")
 *         .command("vllm serve google/gemma-4-26b --max-model-len 8192")
 *         .executionPolicy("fixed")
 *         .executionPolicyConfig(Map.of("replicas", 1))
 *         .build();
 * }
 *
 * <p>What is not set is left to the server and is never drift. Where it runs is the platform's concern: there is no provider and
 * no amount of memory to ask for. Credentials never belong here.
 */
public final class WorkloadSpec {
    private final Map<String, @Nullable Object> declared;
    private final @Nullable String project;

    private WorkloadSpec(Map<String, @Nullable Object> declared, @Nullable String project) {
        this.declared = declared;
        this.project = project;
    }

    /** An empty builder; {@code name}, {@code slug}, {@code model} and {@code backend} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** The name for people. */
    public String name() {
        return required("name");
    }

    /** The identity inside the project, in canonical form: {@code "Support Bot"} is {@code support-bot}. */
    public String slug() {
        return required("slug");
    }

    /** The model that the backend serves. */
    public String model() {
        return required("model_name");
    }

    /** What serves it: a built-in backend or the slug of a custom one. */
    public String backend() {
        return required("backend");
    }

    /** The project to work in, if the declaration says so. */
    public Optional<String> project() {
        return Optional.ofNullable(project);
    }

    /**
     * The body that creates the workload: wire names to plain JSON values, {@code command} and {@code vllmVersion} inside {@code
     * config}; only what is set. Unmodifiable.
     */
    public Map<String, @Nullable Object> toJson() {
        return declared;
    }

    private String required(String field) {
        return String.valueOf(declared.get(field));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WorkloadSpec that
                && declared.equals(that.declared)
                && Optional.ofNullable(project).equals(that.project());
    }

    @Override
    public int hashCode() {
        return declared.hashCode();
    }

    /** The declaration as it is; there are no credentials in it. */
    @Override
    public String toString() {
        return "WorkloadSpec" + declared;
    }

    /** Collects a declaration; {@link #build} checks it. Not thread-safe. */
    public static final class Builder {
        private @Nullable String name;
        private @Nullable String slug;
        private @Nullable String model;
        private @Nullable String backend;
        private @Nullable String project;
        private @Nullable String description;
        private @Nullable String command;
        private @Nullable String vllmVersion;
        private @Nullable String taskType;
        private @Nullable Map<String, ?> config;
        private @Nullable String executionPolicy;
        private @Nullable Map<String, ?> executionPolicyConfig;
        private @Nullable String workerId;
        private @Nullable String gpuResourceId;

        private Builder() {}

        /** The name for people. Required. */
        public Builder name(String value) {
            this.name = value;
            return this;
        }

        /** The identity inside the project; made canonical. Required. */
        public Builder slug(String value) {
            this.slug = value;
            return this;
        }

        /** The model that the backend serves. Required. */
        public Builder model(String value) {
            this.model = value;
            return this;
        }

        /** {@code vllm}, {@code llamacpp}, {@code ollama}, {@code simulator}, …, or the slug of a custom backend. Required. */
        public Builder backend(String value) {
            this.backend = value;
            return this;
        }

        /** The project to work in; beats the client's. */
        public Builder project(@Nullable String value) {
            this.project = value;
            return this;
        }

        /** A sentence for people. */
        public Builder description(@Nullable String value) {
            this.description = value;
            return this;
        }

        /** The command line that serves the model, for backends that run one; sent as {@code config.command}. */
        public Builder command(@Nullable String value) {
            this.command = value;
            return this;
        }

        /** The version of vLLM to run; sent as {@code config.vllm_version}. */
        public Builder vllmVersion(@Nullable String value) {
            this.vllmVersion = value;
            return this;
        }

        /** What the workload does; the server takes {@code text2text} if this is not set. It can't be changed later. */
        public Builder taskType(@Nullable TaskType value) {
            this.taskType = value == null ? null : value.wire();
            return this;
        }

        /** {@link #taskType(TaskType)} by its name on the wire, such as {@code embedding}. */
        public Builder taskType(@Nullable String value) {
            this.taskType = value;
            return this;
        }

        /** What the backend wants to know: plain JSON values. Compared as JSON. */
        public Builder config(@Nullable Map<String, ?> value) {
            this.config = value;
            return this;
        }

        /** When it runs: {@code fixed}, {@code scheduled} or {@code autoscaling}. */
        public Builder executionPolicy(@Nullable String value) {
            this.executionPolicy = value;
            return this;
        }

        /** The policy's settings, such as {@code {"replicas": 1}}: plain JSON values. */
        public Builder executionPolicyConfig(@Nullable Map<String, ?> value) {
            this.executionPolicyConfig = value;
            return this;
        }

        /** Pins it to a worker; needs a token with {@code assignment:write}. */
        public Builder workerId(@Nullable String value) {
            this.workerId = value;
            return this;
        }

        /** Pins it to a GPU; needs a token with {@code assignment:write}. */
        public Builder gpuResourceId(@Nullable String value) {
            this.gpuResourceId = value;
            return this;
        }

        /**
         * The declaration.
         *
         * @throws ValidationException if a required field is missing, a set one is blank, or a value is not JSON
         * @throws ConfigurationException if a credential is in it anywhere, or {@code command} or {@code vllmVersion} contradicts
         *     {@code config}
         */
        public WorkloadSpec build() {
            // Credentials first: no later message may quote one.
            Map<String, @Nullable Object> text = new LinkedHashMap<>();
            text.put("name", name);
            text.put("slug", slug);
            text.put("model", model);
            text.put("backend", backend);
            text.put("project", project);
            text.put("description", description);
            text.put("command", command);
            text.put("vllm_version", vllmVersion);
            text.put("task_type", taskType);
            text.put("execution_policy", executionPolicy);
            text.put("worker_id", workerId);
            text.put("gpu_resource_id", gpuResourceId);
            text.forEach((field, value) -> {
                if (value instanceof String present) {
                    refuseSecret(field, present);
                }
            });
            Map<String, @Nullable Object> wholeConfig = config();
            Map<String, @Nullable Object> policyConfig = copy(executionPolicyConfig, "execution_policy_config");

            Map<String, @Nullable Object> declared = new LinkedHashMap<>();
            declared.put("name", required("name", name));
            declared.put("slug", Slugs.workload(required("slug", slug)));
            put(declared, "description", description);
            put(declared, "task_type", knownTaskType(notBlank("task_type", taskType)));
            String wantedModel = required("model", model);
            declared.put("backend", required("backend", backend));
            declared.put("model_name", wantedModel);
            put(declared, "config", wholeConfig);
            put(declared, "worker_id", notBlank("worker_id", workerId));
            put(declared, "gpu_resource_id", notBlank("gpu_resource_id", gpuResourceId));
            put(declared, "execution_policy", notBlank("execution_policy", executionPolicy));
            put(declared, "execution_policy_config", policyConfig);
            String wantedProject = project == null || project.isBlank() ? null : project.strip();
            if (wantedProject != null) {
                Slugs.requireProject(wantedProject);
            }
            return new WorkloadSpec(Collections.unmodifiableMap(declared), wantedProject);
        }

        private @Nullable Map<String, @Nullable Object> config() {
            Map<String, @Nullable Object> given = copy(config, "config");
            if (command == null && vllmVersion == null) {
                return given;
            }
            Map<String, @Nullable Object> merged = new LinkedHashMap<>(given == null ? Map.of() : given);
            merge(merged, "command", notBlank("command", command));
            merge(merged, "vllm_version", notBlank("vllm_version", vllmVersion));
            return Collections.unmodifiableMap(merged);
        }

        private static void merge(Map<String, @Nullable Object> config, String name, @Nullable String value) {
            if (value == null) {
                return;
            }
            Object other = config.putIfAbsent(name, value);
            if (other != null && !other.equals(value)) {
                throw new ConfigurationException("config already has another " + name);
            }
        }

        private static @Nullable Map<String, @Nullable Object> copy(@Nullable Map<String, ?> source, String name) {
            return source == null ? null : PlainJson.object(source, name, Builder::refuseSecret);
        }

        private static void refuseSecret(String where, String text) {
            if (Redaction.startsLikeCredential(text.stripLeading()) || Redaction.carriesCredential(text)) {
                throw new ConfigurationException("secrets must never go in specs (" + where + ")");
            }
        }

        private static String required(String field, @Nullable String value) {
            if (value == null || value.isBlank()) {
                throw new ValidationException(field + " must not be empty");
            }
            return value;
        }

        private static @Nullable String notBlank(String field, @Nullable String value) {
            return value == null ? null : required(field, value);
        }

        private static @Nullable String knownTaskType(@Nullable String text) {
            if (text == null) {
                return null;
            }
            return TaskType.fromWire(text.strip().toLowerCase(Locale.ROOT))
                    .orElseThrow(() -> new ValidationException("task_type must be one of "
                            + Arrays.stream(TaskType.values())
                                    .map(TaskType::wire)
                                    .collect(Collectors.joining(", "))))
                    .wire();
        }

        private static void put(Map<String, @Nullable Object> declared, String name, @Nullable Object value) {
            if (value != null) {
                declared.put(name, value);
            }
        }
    }
}
