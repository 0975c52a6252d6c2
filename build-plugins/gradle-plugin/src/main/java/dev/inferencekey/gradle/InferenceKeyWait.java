package dev.inferencekey.gradle;

import dev.inferencekey.declaration.build.WorkloadBuild;
import org.gradle.api.provider.Property;
import org.gradle.api.tasks.Internal;

/** The task {@code inferencekeyWait}: waits until all declared workloads serve. */
public class InferenceKeyWait extends InferenceKeyTask {
    private final Property<Integer> seconds;

    /** Made by Gradle, in a class of its own that inherits from this one and overrides nothing of it. */
    @SuppressWarnings("this-escape")
    public InferenceKeyWait() {
        seconds = getProject().getObjects().property(Integer.class);
    }

    /** For how long all of them together may take, in seconds, at least 1. */
    @Internal
    public Property<Integer> getSeconds() {
        return seconds;
    }

    @Override
    void run(WorkloadBuild build) {
        build.await(seconds.get());
    }
}
