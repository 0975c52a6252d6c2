package dev.inferencekey.server.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/**
 * Sends what OpenTelemetry exports with the JDK's HTTP client, found by the SDK as a service: the SDK's own sender would bring another HTTP
 * library and a second language's runtime.
 *
 * <p>Thread-safe. One export at a time, on a thread of its own; while the collector is away, an export is tried as often as the SDK's policy
 * says, and then given up.
 */
public final class JdkHttpSender implements HttpSender {
    /** What the SDK finds. */
    public static final class Provider implements HttpSenderProvider {
        @Override
        public HttpSender createSender(HttpSenderConfig config) {
            return new JdkHttpSender(config);
        }
    }

    /** When to try again, as OTLP says. */
    private static final Set<Integer> TRANSIENT = Set.of(429, 502, 503, 504);

    @SuppressWarnings("ArrayRecordComponent") // Read once, by the exporter.
    private record Received(int status, byte[] body) implements HttpResponse {
        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        public String getStatusMessage() {
            return "";
        }

        @Override
        public byte[] getResponseBody() {
            return body;
        }
    }

    private final HttpSenderConfig config;
    private final HttpClient client;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("otlp-export").factory());

    private JdkHttpSender(HttpSenderConfig config) {
        this.config = config;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(config.getConnectTimeout());
        SSLContext tls = config.getSslContext();
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.client = builder.build();
    }

    @Override
    public void send(MessageWriter message, Consumer<HttpResponse> answered, Consumer<Throwable> failed) {
        try {
            HttpRequest request = request(message);
            thread.execute(() -> {
                try {
                    answered.accept(exchange(request));
                } catch (IOException | RuntimeException e) {
                    failed.accept(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    failed.accept(e);
                }
            });
        } catch (IOException | RejectedExecutionException | UncheckedIOException e) {
            failed.accept(e);
        }
    }

    private HttpRequest request(MessageWriter message) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(Math.max(32, message.getContentLength()));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(config.getEndpoint()).timeout(config.getTimeout());
        Map<String, List<String>> headers = config.getHeadersSupplier().get();
        if (headers != null) {
            headers.forEach((name, values) -> values.forEach(value -> request.header(name, value)));
        }
        request.setHeader("Content-Type", config.getContentType());
        Compressor compressor = config.getCompressor();
        if (compressor == null) {
            message.writeMessage(body);
        } else {
            request.setHeader("Content-Encoding", compressor.getEncoding());
            try (OutputStream compressed = compressor.compress(body)) {
                message.writeMessage(compressed);
            }
        }
        return request.POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
    }

    private HttpResponse exchange(HttpRequest request) throws IOException, InterruptedException {
        RetryPolicy policy = config.getRetryPolicy();
        int attempts = policy == null ? 1 : policy.getMaxAttempts();
        long pause = policy == null ? 0 : policy.getInitialBackoff().toMillis();
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt >= attempts;
            try {
                java.net.http.HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
                if (last || !TRANSIENT.contains(response.statusCode())) {
                    return new Received(response.statusCode(), response.body());
                }
            } catch (IOException e) {
                if (last) {
                    throw e;
                }
            }
            Thread.sleep(Duration.ofMillis(pause));
            if (policy != null) {
                pause = (long) Math.min(pause * policy.getBackoffMultiplier(), (double)
                        policy.getMaxBackoff().toMillis());
            }
        }
    }

    @Override
    public CompletableResultCode shutdown() {
        thread.shutdownNow();
        client.shutdownNow();
        return CompletableResultCode.ofSuccess();
    }
}
