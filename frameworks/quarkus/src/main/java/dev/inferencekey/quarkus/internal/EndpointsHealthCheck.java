package dev.inferencekey.quarkus.internal;

import dev.inferencekey.Endpoint;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.quarkus.Endpoints;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether the endpoints can be called: up if the server answers, accepts the keys and has the workloads. No model is asked, so checking costs
 * nothing, wakes nothing and counts against no limit. All are asked at the same time. Thread-safe.
 */
@Readiness
@Singleton
public class EndpointsHealthCheck implements HealthCheck {
    private final Endpoints endpoints;
    private final Duration timeout;

    EndpointsHealthCheck(Endpoints endpoints, InferenceKeyConfig config) {
        this.endpoints = endpoints;
        this.timeout = config.health().timeout();
    }

    @Override
    public HealthCheckResponse call() {
        Map<String, CompletableFuture<?>> checks = new TreeMap<>();
        endpoints.asMap().forEach((name, endpoint) -> checks.put(name, endpoint.verifyAsync(timeout)));
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("InferenceKey endpoints").up();
        checks.forEach((name, check) -> tell(response, name, check));
        return response.build();
    }

    private void tell(HealthCheckResponseBuilder response, String name, CompletableFuture<?> check) {
        Endpoint endpoint = endpoints.get(name);
        try {
            check.join();
            response.withData(name, "UP: " + endpoint.ref());
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof InferenceKeyException failure)) {
                throw e;
            }
            // Its texts are free of credentials.
            String code = failure.code().map(known -> known + ": ").orElse("");
            String request =
                    failure.requestId().map(id -> " (request " + id + ")").orElse("");
            response.down().withData(name, "DOWN: " + endpoint.ref() + ": " + code + failure.getMessage() + request);
        }
    }
}
