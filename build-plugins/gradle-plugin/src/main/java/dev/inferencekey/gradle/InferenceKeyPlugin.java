package dev.inferencekey.gradle;

import java.util.function.Function;
import org.gradle.api.InvalidUserDataException;
import org.gradle.api.Plugin;
import org.gradle.api.Project;
import org.gradle.api.provider.Provider;

/**
 * The plugin {@code dev.inferencekey}: the tasks {@code inferencekeyEnsure}, {@code inferencekeyPlan} and {@code inferencekeyWait}, which
 * {@link InferenceKeyExtension} configures. If several run in one build, plan comes first and wait last.
 *
 * <p>Uses of Gradle what versions 4.4 to 9 have in common, so tasks are made at once, and without injected properties.
 */
public final class InferenceKeyPlugin implements Plugin<Project> {
    private static final String GROUP = "InferenceKey";

    /** Made by Gradle. */
    public InferenceKeyPlugin() {}

    @Override
    public void apply(Project project) {
        InferenceKeyExtension extension =
                project.getExtensions().create("inferencekey", InferenceKeyExtension.class, project.getObjects());
        extension.getFile().set(project.file("workload.yaml"));

        InferenceKeyPlan plan = create(
                project,
                extension,
                "inferencekeyPlan",
                InferenceKeyPlan.class,
                "Shows what inferencekeyEnsure would do; fails if there is anything.");
        plan.getFailOnDrift().set(setting(project, "failOnDrift", extension.getFailOnDrift(), flag("failOnDrift")));

        InferenceKeyEnsure ensure = create(
                project,
                extension,
                "inferencekeyEnsure",
                InferenceKeyEnsure.class,
                "Makes declared workloads true: creates what is missing, changes what differs.");
        ensure.getOnDrift().set(setting(project, "onDrift", extension.getOnDrift(), Function.identity()));
        ensure.mustRunAfter(plan);

        InferenceKeyWait wait = create(
                project,
                extension,
                "inferencekeyWait",
                InferenceKeyWait.class,
                "Waits until all declared workloads serve.");
        wait.getSeconds().set(setting(project, "timeout", extension.getTimeout(), InferenceKeyPlugin::seconds));
        wait.mustRunAfter(plan, ensure);
    }

    private static <T extends InferenceKeyTask> T create(
            Project project, InferenceKeyExtension extension, String name, Class<T> type, String description) {
        T task = project.getTasks().create(name, type);
        task.setGroup(GROUP);
        task.setDescription(description);
        task.getFile().set(setting(project, "file", extension.getFile(), project::file));
        task.getBaseUrl().set(setting(project, "baseUrl", extension.getBaseUrl(), Function.identity()));
        task.getInferenceKeyProject().set(setting(project, "project", extension.getProject(), Function.identity()));
        task.getSkip().set(setting(project, "skip", extension.getSkip(), flag("skip")));
        return task;
    }

    /** That of the command line or a file of properties, else what the build script says by the time it is asked for. */
    private static <T> Provider<T> setting(
            Project project, String name, Provider<T> inScript, Function<String, T> read) {
        Object given = project.findProperty("inferencekey." + name);
        T value = given == null ? null : read.apply(given.toString());
        return project.provider(() -> value == null ? inScript.getOrNull() : value);
    }

    private static Function<String, Boolean> flag(String name) {
        return text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new InvalidUserDataException(
                        "inferencekey." + name + " must be true or false, not \"" + text + "\".");
        };
    }

    private static Integer seconds(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new InvalidUserDataException(
                    "inferencekey.timeout must be a whole number of seconds, not \"" + text + "\".", e);
        }
    }
}
