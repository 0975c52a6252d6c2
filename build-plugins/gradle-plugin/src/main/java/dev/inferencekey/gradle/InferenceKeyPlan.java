package dev.inferencekey.gradle;

import dev.inferencekey.declaration.build.WorkloadBuild;
import org.gradle.api.provider.Property;
import org.gradle.api.tasks.Internal;

/** The task {@code inferencekeyPlan}: shows what ensure would do, and fails if there is anything to do. */
public class InferenceKeyPlan extends InferenceKeyTask {
    private final Property<Boolean> failOnDrift = getProject().getObjects().property(Boolean.class);

    /** Made by Gradle. */
    public InferenceKeyPlan() {}

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
