package dev.inferencekey.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Takes declarations of workloads into a native image: those in the folder {@code inferencekey} of the class path. */
final class WorkloadFileHints implements RuntimeHintsRegistrar {
    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern("inferencekey/*.yaml").registerPattern("inferencekey/*.yml");
    }
}
