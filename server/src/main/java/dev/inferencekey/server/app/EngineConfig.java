package dev.inferencekey.server.app;

import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.time.Duration;

/**
 * How model servers are run on this machine.
 *
 * @param isolation how they are kept away from the platform's data
 * @param startTimeout how long one may take until it is ready, downloads included
 */
public record EngineConfig(EngineIsolation isolation, Duration startTimeout) {
    public EngineConfig {
        if (!startTimeout.isPositive()) {
            throw new IllegalArgumentException("the start timeout must be positive, was " + startTimeout);
        }
    }

    public static EngineConfig defaults() {
        return new EngineConfig(EngineIsolation.AUTO, Duration.ofHours(1));
    }

    public EngineConfig withIsolation(EngineIsolation isolation) {
        return new EngineConfig(isolation, startTimeout);
    }

    public EngineConfig withStartTimeout(Duration startTimeout) {
        return new EngineConfig(isolation, startTimeout);
    }
}
