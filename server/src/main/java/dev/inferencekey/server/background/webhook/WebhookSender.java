package dev.inferencekey.server.background.webhook;

import dev.inferencekey.server.domain.webhook.WebhookEvent;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends events to their receiver as Standard Webhooks has it, one attempt at a time. Follows no redirect, reads no answer beyond its head, and
 * waits for it no longer than a bound. Thread-safe; blocks its caller only.
 */
public final class WebhookSender implements AutoCloseable {
    /** How long one attempt may take, from the connection to the head of the answer. */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int GONE = 410;
    private static final int MAX_CAUSES = 10;

    /** What has become of one attempt. */
    public sealed interface Outcome {}

    /** The receiver has it: it answered with this status, from 200 to 299. */
    public record Accepted(int status) implements Outcome {}

    /** The receiver wants no more of it: it answered with 410. */
    public record Gone() implements Outcome {}

    /**
     * The receiver may not have it.
     *
     * @param reason goes on after "the receiver", and shows nothing of the URL or the answer but its status
     * @param notBefore how long the receiver asks to be left alone; null if it does not say
     */
    public record Failed(String reason, @Nullable Duration notBefore) implements Outcome {}

    private final WebhookReceiver receiver;
    private final String installation;
    private final Duration timeout;
    private final HttpClient client;

    /** @param installation who sends: what tells installations apart that have the same receiver */
    public WebhookSender(WebhookReceiver receiver, String installation) {
        this(receiver, installation, TIMEOUT);
    }

    WebhookSender(WebhookReceiver receiver, String installation, Duration timeout) {
        this.receiver = receiver;
        this.installation = installation;
        this.timeout = timeout;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
    }

    WebhookReceiver receiver() {
        return receiver;
    }

    /** Makes one attempt at {@code now}. */
    public Outcome send(WebhookEvent event, Instant now) {
        byte[] body = body(event);
        long timestamp = now.getEpochSecond();
        HttpRequest request = HttpRequest.newBuilder(receiver.url())
                .header("Content-Type", "application/json")
                .header("User-Agent", "InferenceKey")
                .header("webhook-id", event.id())
                .header("webhook-timestamp", Long.toString(timestamp))
                .header(
                        "webhook-signature",
                        receiver.secrets().stream()
                                .map(secret -> secret.sign(event.id(), timestamp, body))
                                .collect(Collectors.joining(" ")))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        // Not with the request's own timeout, which leaves out some of what can take time.
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, _ -> new Unread());
        try {
            return outcome(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return new Failed("did not answer within " + timeout.toSeconds() + " s", null);
        } catch (ExecutionException e) {
            return new Failed(why(Objects.requireNonNullElse(e.getCause(), e)), null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failed("was not heard before this server stopped", null);
        } finally {
            answer.cancel(true);
        }
    }

    /** The same bytes for each attempt. */
    private byte[] body(WebhookEvent event) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("id", event.id());
        body.put("type", event.type());
        body.put("timestamp", event.at().toString());
        body.put("installation", installation);
        body.put("data", event.data());
        return JSON.writeValueAsBytes(body);
    }

    private static Outcome outcome(HttpResponse<Void> answer) {
        int status = answer.statusCode();
        if (status >= 200 && status <= 299) {
            return new Accepted(status);
        }
        return status == GONE
                ? new Gone()
                : new Failed(
                        "answered with status " + status
                                + (status >= 300 && status <= 399 ? ", and redirects are not followed" : ""),
                        retryAfter(answer));
    }

    /** In seconds; a date is left aside. */
    private static @Nullable Duration retryAfter(HttpResponse<Void> answer) {
        return answer.headers()
                .firstValue("retry-after")
                .filter(text -> text.matches("[0-9]{1,9}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
    }

    private String why(Throwable cause) {
        // The client wraps it in one of its own if it was waiting for the answer's head already.
        if (Stream.iterate(cause, Objects::nonNull, Throwable::getCause)
                .limit(MAX_CAUSES)
                .anyMatch(SSLException.class::isInstance)) {
            return "shows a TLS certificate that this server's Java does not trust, or speaks no TLS";
        }
        return switch (cause) {
            case HttpConnectTimeoutException _ -> "accepts no connection within " + timeout.toSeconds() + " s";
            case ConnectException e
            when e.getCause() instanceof UnresolvedAddressException ->
                "has a host name that this machine can't resolve";
            case ConnectException _ -> "refuses the connection";
            default -> "broke off the connection";
        };
    }

    /** Ends attempts that are under way. Idempotent. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    /** What follows the head of an answer is never read: it may never end. */
    private static final class Unread implements HttpResponse.BodySubscriber<Void> {
        @Override
        public CompletionStage<Void> getBody() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(List<ByteBuffer> item) {}

        @Override
        public void onError(Throwable throwable) {}

        @Override
        public void onComplete() {}
    }
}
