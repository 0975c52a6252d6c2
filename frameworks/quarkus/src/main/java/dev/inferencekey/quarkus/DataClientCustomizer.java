package dev.inferencekey.quarkus;

import dev.inferencekey.DataClient;

/** A bean that sets what no setting does on the application's {@link DataClient}, after all settings. */
@FunctionalInterface
public interface DataClientCustomizer {
    /** Is called once, before the client is built. */
    void customize(DataClient.Builder builder);
}
