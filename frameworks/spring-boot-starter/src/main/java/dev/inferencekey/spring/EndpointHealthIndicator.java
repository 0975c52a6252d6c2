package dev.inferencekey.spring;

import dev.inferencekey.Endpoint;
import dev.inferencekey.InferenceKeyException;
import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Whether an endpoint can be called: up if the server answers, accepts the key and has the workload. No model is asked, so checking costs
 * nothing, wakes nothing and counts against no limit. Thread-safe.
 */
final class EndpointHealthIndicator implements HealthIndicator {
    private final Endpoint endpoint;
    private final Duration timeout;

    EndpointHealthIndicator(Endpoint endpoint, Duration timeout) {
        this.endpoint = endpoint;
        this.timeout = timeout;
    }

    @Override
    public Health health() {
        Health.Builder health = new Health.Builder();
        health.withDetail("endpoint", endpoint.ref().toString());
        try {
            endpoint.verify(timeout);
            return health.up().build();
        } catch (InferenceKeyException e) {
            // Its texts are free of credentials.
            e.code().ifPresent(code -> health.withDetail("code", code));
            e.requestId().ifPresent(id -> health.withDetail("requestId", id));
            return health.down()
                    .withDetail("error", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
