package dev.inferencekey.quarkus.internal;

import dev.inferencekey.DataClient;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.micrometer.MeterListener;
import dev.inferencekey.quarkus.DataClientCustomizer;
import dev.inferencekey.quarkus.ManagementClientCustomizer;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** Counts and times every call of both clients where the application has Micrometer. */
@Singleton
public class MeteredCalls implements DataClientCustomizer, ManagementClientCustomizer {
    private final MeterListener listener;

    MeteredCalls(MeterRegistry registry) {
        this.listener = new MeterListener(registry);
    }

    @Override
    public void customize(DataClient.Builder builder) {
        builder.listener(listener);
    }

    @Override
    public void customize(ManagementClient.Builder builder) {
        builder.listener(listener);
    }
}
