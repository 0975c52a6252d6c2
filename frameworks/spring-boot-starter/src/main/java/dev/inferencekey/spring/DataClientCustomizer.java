package dev.inferencekey.spring;

import dev.inferencekey.DataClient;

/** A bean that sets what no property does on the application's {@link DataClient}, after all properties. */
@FunctionalInterface
public interface DataClientCustomizer {
    void customize(DataClient.Builder builder);
}
