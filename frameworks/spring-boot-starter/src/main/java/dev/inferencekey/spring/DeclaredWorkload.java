package dev.inferencekey.spring;

import dev.inferencekey.ConfigurationException;
import dev.inferencekey.ValidationException;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.spring.InferenceKeyProperties.WorkloadSettings;
import org.jspecify.annotations.Nullable;

/** Reads declarations of workloads from properties. */
final class DeclaredWorkload {
    private DeclaredWorkload() {}

    /** @throws StartupFailure if it lacks a required setting or one can't be right */
    static WorkloadSpec read(String slug, WorkloadSettings declared) {
        String prefix = "inferencekey.ensure.workloads." + slug;
        requireResolved(prefix, declared);
        String name = Connection.present(declared.name());
        WorkloadSpec.Builder spec = WorkloadSpec.builder()
                .slug(slug)
                .name(name == null ? slug : name)
                .model(text(declared.model()))
                .backend(text(declared.backend()))
                .project(declared.project())
                .description(Connection.present(declared.description()))
                .command(Connection.present(declared.command()))
                .taskType(Connection.present(declared.taskType()));
        try {
            return spec.build();
        } catch (ValidationException | ConfigurationException e) {
            throw StartupFailure.declaration(prefix + ": " + e.getMessage(), e);
        }
    }

    /** A description or a command may hold what a shell is to replace. */
    private static void requireResolved(String prefix, WorkloadSettings declared) {
        Placeholders.requireResolved(prefix + ".model", declared.model());
        Placeholders.requireResolved(prefix + ".backend", declared.backend());
        Placeholders.requireResolved(prefix + ".project", declared.project());
        Placeholders.requireResolved(prefix + ".task-type", declared.taskType());
    }

    /** Blank is refused by the builder, with the field's name. */
    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
