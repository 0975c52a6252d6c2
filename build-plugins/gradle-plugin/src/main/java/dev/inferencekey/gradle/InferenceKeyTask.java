package dev.inferencekey.gradle;

import dev.inferencekey.EnvironmentVariables;
import dev.inferencekey.declaration.build.BuildLog;
import dev.inferencekey.declaration.build.BuildTool;
import dev.inferencekey.declaration.build.OpenTokens;
import dev.inferencekey.declaration.build.WorkloadBuild;
import dev.inferencekey.declaration.build.WorkloadBuildException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.gradle.StartParameter;
import org.gradle.api.DefaultTask;
import org.gradle.api.GradleException;
import org.gradle.api.InvalidUserDataException;
import org.gradle.api.Project;
import org.gradle.api.model.ObjectFactory;
import org.gradle.api.provider.Property;
import org.gradle.api.tasks.Internal;
import org.gradle.api.tasks.TaskAction;

/**
 * What the tasks have in common: they read the declarations, find the token, and call the control plane. Not for extension by others.
 *
 * <p>A task is never up to date, since what it compares with is on a server. The token is read while the task runs, from the environment or
 * from {@code gradle.properties} in the user's Gradle folder, and kept nowhere: neither as an input nor in the configuration cache.
 */
public abstract class InferenceKeyTask extends DefaultTask {
    /** The token's name in the user's own {@code gradle.properties}. */
    static final String TOKEN_PROPERTY = "inferencekey.sdkToken";

    private static final BuildTool GRADLE =
            new BuildTool("Gradle", "-P", "inferencekeyEnsure", "the task inferencekeyPlan");

    private final Property<File> file;
    private final Property<String> baseUrl;
    private final Property<String> inferenceKeyProject;
    private final Property<Boolean> skip;

    private final File ownProperties;
    private final List<File> committed;
    private final boolean offline;
    private final boolean tokenOnCommandLine;

    InferenceKeyTask() {
        // All that is of the project is asked here: a task that runs from the configuration cache has none.
        Project project = getProject();
        ObjectFactory objects = project.getObjects();
        file = objects.property(File.class);
        baseUrl = objects.property(String.class);
        inferenceKeyProject = objects.property(String.class);
        skip = objects.property(Boolean.class);
        StartParameter start = project.getGradle().getStartParameter();
        offline = start.isOffline();
        tokenOnCommandLine = Stream.of(start.getProjectProperties(), start.getSystemPropertiesArgs())
                .flatMap(given -> given.entrySet().stream())
                .anyMatch(given -> given.getKey().equals(TOKEN_PROPERTY) || OpenTokens.isIn(given.getValue()));
        ownProperties = new File(project.getGradle().getGradleUserHomeDir(), "gradle.properties");
        committed = Stream.of(
                        project.getBuildFile(),
                        project.file("gradle.properties"),
                        project.getRootProject().file("gradle.properties"))
                .filter(found -> !found.equals(ownProperties))
                .distinct()
                .toList();
    }

    /** The declarations. */
    @Internal
    public Property<File> getFile() {
        return file;
    }

    /** The server's address; that of the environment if absent. */
    @Internal
    public Property<String> getBaseUrl() {
        return baseUrl;
    }

    /** The project of declarations that name none; that of the environment if absent. */
    @Internal
    public Property<String> getInferenceKeyProject() {
        return inferenceKeyProject;
    }

    /** Whether to do nothing. */
    @Internal
    public Property<Boolean> getSkip() {
        return skip;
    }

    /** Does the task's work. */
    abstract void run(WorkloadBuild build);

    /** Run by Gradle. */
    @TaskAction
    public final void provision() {
        if (skip.get()) {
            getLogger().lifecycle("Skipped, as inferencekey.skip asks for.");
            return;
        }
        try {
            refuseTokensInTheOpen();
            run(new WorkloadBuild(
                    GRADLE,
                    log(),
                    new WorkloadBuild.Settings(
                            file.get().toPath(), baseUrl.getOrNull(), inferenceKeyProject.getOrNull(), offline),
                    System.getenv(),
                    this::ownToken));
        } catch (WorkloadBuildException e) {
            throw switch (e.reason()) {
                case SETUP -> new InvalidUserDataException(e.getMessage(), e);
                case WORKLOADS -> new GradleException(e.getMessage(), e);
            };
        }
    }

    private void refuseTokensInTheOpen() {
        if (tokenOnCommandLine) {
            throw WorkloadBuildException.setup("An SDK token must not be on the command line, which is seen by others."
                    + " Take it out, revoke it, and set " + EnvironmentVariables.SDK_TOKEN + " or " + TOKEN_PROPERTY
                    + " in " + ownProperties + ".");
        }
        committed.forEach(each -> OpenTokens.refuse(each.toPath()));
    }

    /** The token in the user's own properties, which are in no repository. */
    private String ownToken() {
        Properties properties = new Properties();
        if (ownProperties.isFile()) {
            try (InputStream in = Files.newInputStream(ownProperties.toPath())) {
                properties.load(in);
            } catch (IOException e) {
                throw new WorkloadBuildException(
                        WorkloadBuildException.Reason.SETUP, "The file " + ownProperties + " can't be read.", e);
            }
        }
        String token = properties.getProperty(TOKEN_PROPERTY);
        if (token == null || token.isBlank()) {
            throw WorkloadBuildException.setup("No SDK token. Set " + EnvironmentVariables.SDK_TOKEN
                    + ", or put the token as " + TOKEN_PROPERTY + " into " + ownProperties + ".");
        }
        return token.strip();
    }

    private BuildLog log() {
        return new BuildLog() {
            @Override
            public void info(String line) {
                getLogger().lifecycle(line);
            }

            @Override
            public void warn(String line) {
                getLogger().warn(line);
            }
        };
    }
}
