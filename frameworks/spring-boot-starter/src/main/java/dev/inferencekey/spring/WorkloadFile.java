package dev.inferencekey.spring;

import dev.inferencekey.ConfigurationException;
import dev.inferencekey.ValidationException;
import dev.inferencekey.WorkloadSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads declarations of workloads from YAML or JSON, in the format of {@code ik ensure -f}: field names are those of the wire; several
 * documents, or a list, declare several workloads. Nothing is half read. Stateless and thread-safe.
 */
final class WorkloadFile {
    private static final Map<String, BiConsumer<WorkloadSpec.Builder, String>> TEXTS = Map.ofEntries(
            Map.entry("name", WorkloadSpec.Builder::name),
            Map.entry("slug", WorkloadSpec.Builder::slug),
            Map.entry("model", WorkloadSpec.Builder::model),
            Map.entry("model_name", WorkloadSpec.Builder::model),
            Map.entry("backend", WorkloadSpec.Builder::backend),
            Map.entry("project", WorkloadSpec.Builder::project),
            Map.entry("description", WorkloadSpec.Builder::description),
            Map.entry("command", WorkloadSpec.Builder::command),
            Map.entry("vllm_version", WorkloadSpec.Builder::vllmVersion),
            Map.entry("task_type", (spec, text) -> spec.taskType(text)),
            Map.entry("execution_policy", WorkloadSpec.Builder::executionPolicy),
            Map.entry("worker_id", WorkloadSpec.Builder::workerId),
            Map.entry("gpu_resource_id", WorkloadSpec.Builder::gpuResourceId));

    private static final Map<String, BiConsumer<WorkloadSpec.Builder, Map<String, @Nullable Object>>> OBJECTS = Map.of(
            "config", (spec, map) -> spec.config(map),
            "execution_policy_config", (spec, map) -> spec.executionPolicyConfig(map));

    private final String file;
    private int number;

    private WorkloadFile(String file) {
        this.file = file;
    }

    /** @throws StartupFailure if anything is wrong with it */
    static List<WorkloadSpec> read(Resource resource) {
        String name = resource.getDescription();
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<WorkloadSpec> specs = new ArrayList<>();
        WorkloadFile reader = new WorkloadFile(name);
        try (InputStream in = resource.getInputStream()) {
            for (Object document : new Yaml(new SafeConstructor(options)).loadAll(in)) {
                if (document instanceof List<?> list) {
                    list.forEach(declaration -> specs.add(reader.declaration(declaration)));
                } else if (document != null) {
                    specs.add(reader.declaration(document));
                }
            }
        } catch (IOException | YAMLException e) {
            throw StartupFailure.declaration(name, String.valueOf(e.getMessage()), e);
        }
        if (specs.isEmpty()) {
            throw StartupFailure.declaration(name, "nothing is declared here", null);
        }
        return specs;
    }

    private WorkloadSpec declaration(@Nullable Object declared) {
        number++;
        if (!(declared instanceof Map<?, ?> fields)) {
            throw wrong("it must be a set of fields such as \"name: Support bot\"", null);
        }
        if (fields.containsKey("model") && fields.containsKey("model_name")) {
            throw wrong("model and model_name are the same field; keep one", null);
        }
        WorkloadSpec.Builder spec = WorkloadSpec.builder();
        try {
            fields.forEach((field, value) -> read(spec, String.valueOf(field), value));
            return spec.build();
        } catch (ValidationException | ConfigurationException e) {
            throw wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private void read(WorkloadSpec.Builder spec, String field, @Nullable Object value) {
        BiConsumer<WorkloadSpec.Builder, String> text = TEXTS.get(field);
        BiConsumer<WorkloadSpec.Builder, Map<String, @Nullable Object>> object = OBJECTS.get(field);
        if (text == null && object == null) {
            TreeSet<String> known = new TreeSet<>(TEXTS.keySet());
            known.addAll(OBJECTS.keySet());
            throw wrong("unknown field \"" + field + "\"; known are " + String.join(", ", known), null);
        }
        if (value == null) {
            return;
        }
        if (text != null) {
            if (!(value instanceof String string)) {
                throw wrong("field \"" + field + "\" must be text; put it in quotes", null);
            }
            text.accept(spec, string);
        } else if (object != null) {
            if (!(value instanceof Map<?, ?> map)) {
                throw wrong("field \"" + field + "\" must hold fields of its own", null);
            }
            Map<String, @Nullable Object> settings = new LinkedHashMap<>();
            map.forEach((name, setting) -> settings.put(String.valueOf(name), setting));
            object.accept(spec, settings);
        }
    }

    private StartupFailure wrong(String why, @Nullable Throwable cause) {
        return StartupFailure.declaration(file + ", declaration " + number, why, cause);
    }
}
