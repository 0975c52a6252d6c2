package dev.inferencekey.quarkus;

import dev.inferencekey.ManagementClient;

/** A bean that sets what no setting does on the application's {@link ManagementClient}, after all settings. */
@FunctionalInterface
public interface ManagementClientCustomizer {
    /** Is called once, before the client is built. */
    void customize(ManagementClient.Builder builder);
}
