package dev.inferencekey.server.runtime.probe;

import dev.inferencekey.server.domain.metering.EngineCounters;
import dev.inferencekey.server.ports.runtime.CounterReading;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a model server for what it has counted, at {@code /metrics}. Stateless and thread-safe. */
public final class CounterProbe {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_BYTES = 4 << 20;
    private static final int NOT_IMPLEMENTED = 501;

    private CounterProbe() {}

    /**
     * @param base any address of the model server; only its host counts
     * @param secret what it wants to be shown, null if nothing
     */
    public static CounterReading read(HttpClient http, URI base, @Nullable String secret) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve("/metrics")).timeout(TIMEOUT);
        if (secret != null) {
            request.header("Authorization", "Bearer " + secret);
        }
        try {
            HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                return response.statusCode() == 200
                        ? parsed(new String(body.readNBytes(MAX_BYTES), StandardCharsets.UTF_8))
                        : refused(response.statusCode());
            }
        } catch (IOException e) {
            return new CounterReading.Nothing(
                    "The model server did not answer when it was asked for its counters.", false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new CounterReading.Nothing("Asking the model server for its counters was broken off.", false);
        }
    }

    private static CounterReading parsed(String metrics) {
        return EngineCounters.parse(metrics)
                .<CounterReading>map(CounterReading.Counted::new)
                .orElseGet(() -> new CounterReading.Nothing(
                        "The model server's /metrics holds no counters of tokens that are known here.", true));
    }

    private static CounterReading refused(int status) {
        return switch (status) {
            case NOT_IMPLEMENTED, 404 ->
                new CounterReading.Nothing(
                        "The model server shows no counters (" + status
                                + " at /metrics). SGLang needs --enable-metrics in config.command.",
                        true);
            default ->
                new CounterReading.Nothing(
                        "The model server answered " + status + " when it was asked for its counters.", status < 500);
        };
    }
}
