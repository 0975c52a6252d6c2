package dev.inferencekey.server.manager.sso;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Calls the provider, within bounds: a time for the whole exchange, a size for the answer, a number of calls at once. Follows no
 * redirect: an answer that counts must come from the address that was checked. Thread-safe; blocks its caller only.
 *
 * <p>Every failure is a {@link ProviderAwayException}, whose message goes on after "the sign-on provider".
 */
final class ProviderHttp implements HTTPRequestSender, ResourceRetriever {
    /** What one call may take. */
    record Bounds(Duration connect, Duration whole, int maxBytes, int calls) {
        static final Bounds DEFAULT = new Bounds(Duration.ofSeconds(5), Duration.ofSeconds(10), 512 * 1024, 16);
    }

    /** The provider could not be asked. */
    static final class ProviderAwayException extends IOException {
        ProviderAwayException(String message) {
            super(message);
        }
    }

    private final Bounds bounds;
    private final Semaphore calls;
    private @Nullable HttpClient client; // guarded by this

    ProviderHttp(Bounds bounds) {
        this.bounds = bounds;
        this.calls = new Semaphore(bounds.calls(), true);
    }

    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        String body = request.getBody();
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.getURI())
                .method(
                        request.getMethod().name(),
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        for (Map.Entry<String, List<String>> header : request.getHeaderMap().entrySet()) {
            header.getValue().forEach(value -> builder.header(header.getKey(), value));
        }
        HttpResponse<byte[]> answer = call(builder);
        HTTPResponse response = new HTTPResponse(answer.statusCode());
        answer.headers()
                .firstValue("content-type")
                .ifPresent(type -> response.setHeader("Content-Type", new String[] {type}));
        response.setBody(new String(answer.body(), StandardCharsets.UTF_8));
        return response;
    }

    @Override
    public Resource retrieveResource(URL url) throws IOException {
        try {
            return new Resource(get(url.toURI()), "application/json");
        } catch (URISyntaxException e) {
            throw new ProviderAwayException("names an address that is not one");
        }
    }

    /** The text at this address; any status but 200 is a failure. */
    String get(URI uri) throws ProviderAwayException {
        HttpResponse<byte[]> answer = call(HttpRequest.newBuilder(uri).header("Accept", "application/json"));
        if (answer.statusCode() != 200) {
            throw new ProviderAwayException("answered " + uri.getRawPath() + " with status " + answer.statusCode());
        }
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private HttpResponse<byte[]> call(HttpRequest.Builder request) throws ProviderAwayException {
        try {
            if (!calls.tryAcquire(bounds.whole().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ProviderAwayException("is asked by too many people at once");
            }
            try {
                return exchange(request.build());
            } finally {
                calls.release();
            }
        } catch (TimeoutException e) {
            throw new ProviderAwayException("took longer than " + bounds.whole().toMillis() + " ms to answer");
        } catch (ExecutionException e) {
            throw new ProviderAwayException(why(Objects.requireNonNullElse(e.getCause(), e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderAwayException("can't be asked while this server stops");
        }
    }

    /** Not with the request's own timeout, which ends with the answer's head. */
    private HttpResponse<byte[]> exchange(HttpRequest request)
            throws TimeoutException, ExecutionException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), bounds.maxBytes()));
        try {
            return answer.get(bounds.whole().toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            answer.cancel(true);
        }
    }

    /** Made when it is first used: most installations have no provider. */
    private synchronized HttpClient client() {
        HttpClient present = client;
        if (present == null) {
            present = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(bounds.connect())
                    .build();
            client = present;
        }
        return present;
    }

    private String why(Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException _ ->
                "accepts no connection within " + bounds.connect().toMillis() + " ms";
            case ConnectException e
            when e.getCause() instanceof UnresolvedAddressException ->
                "has a host name that this machine can't resolve";
            case ConnectException _ -> "refuses the connection";
            case SSLException _ -> "shows a TLS certificate that this server's Java does not trust";
            default -> "broke off its answer, or answered more than " + bounds.maxBytes() + " bytes";
        };
    }
}
