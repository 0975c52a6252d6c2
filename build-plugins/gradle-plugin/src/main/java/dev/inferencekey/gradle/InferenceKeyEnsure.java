package dev.inferencekey.gradle;

import dev.inferencekey.declaration.build.WorkloadBuild;
import org.gradle.api.provider.Property;
import org.gradle.api.tasks.Internal;

/** The task {@code inferencekeyEnsure}: makes declared workloads true, creating what is missing and changing what differs. */
public class InferenceKeyEnsure extends InferenceKeyTask {
    private final Property<String> onDrift;

    /** Made by Gradle, in a class of its own that inherits from this one and overrides nothing of it. */
    @SuppressWarnings("this-escape")
    public InferenceKeyEnsure() {
        onDrift = getProject().getObjects().property(String.class);
    }

    /** What to do about a workload that differs: {@code reconcile}, {@code fail}, {@code warn} or {@code ignore}. */
    @Internal
    public Property<String> getOnDrift() {
        return onDrift;
    }

    @Override
    void run(WorkloadBuild build) {
        build.ensure(onDrift.get());
    }
}
