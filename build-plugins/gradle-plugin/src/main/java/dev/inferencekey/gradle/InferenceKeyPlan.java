package dev.inferencekey.gradle;

import dev.inferencekey.declaration.build.WorkloadBuild;
import org.gradle.api.provider.Property;
import org.gradle.api.tasks.Internal;

/** The task {@code inferencekeyPlan}: shows what ensure would do, and fails if there is anything to do. */
public class InferenceKeyPlan extends InferenceKeyTask {
    private final Property<Boolean> failOnDrift;

    /** Made by Gradle, in a class of its own that inherits from this one and overrides nothing of it. */
    @SuppressWarnings("this-escape")
    public InferenceKeyPlan() {
        failOnDrift = getProject().getObjects().property(Boolean.class);
    }

    /** Whether workloads that are missing or differ fail the build. */
    @Internal
    public Property<Boolean> getFailOnDrift() {
        return failOnDrift;
    }

    @Override
    void run(WorkloadBuild build) {
        build.plan(failOnDrift.get());
    }
}
