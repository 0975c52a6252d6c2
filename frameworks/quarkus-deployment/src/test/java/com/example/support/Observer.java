package com.example.support;

import dev.inferencekey.ManagementClient;
import dev.inferencekey.Workload;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** What an application finds when it starts. */
@Singleton
public class Observer {
    final List<String> seen = new ArrayList<>();

    /** Without one, Micrometer counts nothing. */
    @Produces
    @Singleton
    MeterRegistry registry() {
        return new SimpleMeterRegistry();
    }

    void start(@Observes StartupEvent event, ManagementClient management) {
        for (Workload workload : management.list()) {
            seen.add(workload.slug());
        }
    }
}
