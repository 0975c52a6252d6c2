package dev.inferencekey.spring;

import dev.inferencekey.ManagementClient;

/** A bean that sets what no property does on the application's {@link ManagementClient}, after all properties. */
@FunctionalInterface
public interface ManagementClientCustomizer {
    void customize(ManagementClient.Builder builder);
}
