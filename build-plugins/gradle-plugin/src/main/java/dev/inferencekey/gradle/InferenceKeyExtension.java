package dev.inferencekey.gradle;

import java.io.File;
import javax.inject.Inject;
import org.gradle.api.model.ObjectFactory;
import org.gradle.api.provider.Property;

/**
 * What {@code inferencekey { … }} in a build script may set; each can also be given on the command line, as {@code -Pinferencekey.NAME=…},
 * which counts more. There is no place for the SDK token here: build scripts are committed.
 */
public class InferenceKeyExtension {
    private final Property<File> file;
    private final Property<String> baseUrl;
    private final Property<String> project;
    private final Property<String> onDrift;
    private final Property<Boolean> failOnDrift;
    private final Property<Integer> timeout;
    private final Property<Boolean> skip;

    /** Made by Gradle. */
    @Inject
    public InferenceKeyExtension(ObjectFactory objects) {
        file = objects.property(File.class);
        baseUrl = objects.property(String.class);
        project = objects.property(String.class);
        onDrift = objects.property(String.class);
        failOnDrift = objects.property(Boolean.class);
        timeout = objects.property(Integer.class);
        skip = objects.property(Boolean.class);
        onDrift.set("reconcile");
        failOnDrift.set(true);
        timeout.set(1800);
        skip.set(false);
    }

    /** The declarations, in YAML or JSON, as {@code ik ensure -f} reads them; {@code workload.yaml} beside the build script by default. */
    public Property<File> getFile() {
        return file;
    }

    /** The server's address; {@code INFERENCEKEY_BASE_URL} by default. */
    public Property<String> getBaseUrl() {
        return baseUrl;
    }

    /** The project of declarations that name none; {@code INFERENCEKEY_PROJECT} by default. */
    public Property<String> getProject() {
        return project;
    }

    /** What ensure does about a workload that differs: {@code reconcile} (the default), {@code fail}, {@code warn} or {@code ignore}. */
    public Property<String> getOnDrift() {
        return onDrift;
    }

    /** Whether workloads that are missing or differ fail the task plan; true by default. */
    public Property<Boolean> getFailOnDrift() {
        return failOnDrift;
    }

    /** For how long all workloads together may take to be ready, in seconds, at least 1; 1800 by default. */
    public Property<Integer> getTimeout() {
        return timeout;
    }

    /** Whether the tasks do nothing; false by default. */
    public Property<Boolean> getSkip() {
        return skip;
    }
}
