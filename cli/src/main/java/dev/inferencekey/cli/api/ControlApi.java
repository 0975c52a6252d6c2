package dev.inferencekey.cli.api;

import dev.inferencekey.cli.shell.PlainText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The control plane of one server, one request at a time: what people do that the Java client does not. Answers are bounded in
 * size and time, redirects are not followed (they would carry the credential elsewhere). Thread-safe.
 */
public final class ControlApi implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LARGEST_ANSWER = 16 << 20;
    private static final int LARGEST_PAGE = 1_000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern NEXT_PAGE = Pattern.compile("<(/api/[^>\\s]*)>\\s*;\\s*rel=\"?next\"?");

    private final ServerAddress server;
    private final @Nullable ControlCredential credential;
    private final HttpClient http;

    /** @param credential null for what anyone may ask */
    public ControlApi(ServerAddress server, @Nullable ControlCredential credential) {
        if (credential != null && credential.source() == ControlCredential.Source.OPERATOR && !server.isLoopback()) {
            throw new UsageException("the operator credential is only sent to this machine, not to " + server
                    + "; sign in there with `ik login --url " + server + "`");
        }
        this.server = server;
        this.credential = credential;
        // HTTP/1.1: an attempt to upgrade to h2c would make some servers answer 400.
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT);
        if (!server.isEncrypted()) {
            client.sslContext(NoTrust.context());
        }
        this.http = client.build();
    }

    public JsonNode get(ApiPath path) {
        return answer(send("GET", path.text(), null));
    }

    public JsonNode post(ApiPath path, JsonNode body) {
        return answer(send("POST", path.text(), body));
    }

    public JsonNode patch(ApiPath path, JsonNode body) {
        return answer(send("PATCH", path.text(), body));
    }

    public JsonNode put(ApiPath path, JsonNode body) {
        return answer(send("PUT", path.text(), body));
    }

    public JsonNode delete(ApiPath path) {
        HttpResponse<byte[]> response = send("DELETE", path.text(), null);
        JsonNode answer = answer(response);
        String propagation = response.headers().firstValue("Propagation").orElse(null);
        if (propagation == null || !(answer instanceof ObjectNode object)) {
            return answer;
        }
        try {
            return object.set("propagation", JSON.readTree(propagation));
        } catch (JacksonException e) {
            throw unexpected(response.statusCode(), "JSON was due in the header Propagation");
        }
    }

    /**
     * What a list holds, from all its pages up to a limit.
     *
     * @param complete false if the server has more than was asked for
     */
    public record Listing(List<JsonNode> items, boolean complete) {
        public Listing {
            items = List.copyOf(items);
        }
    }

    /** Reads a list page by page, until its end or {@code limit} items. */
    public Listing list(ApiPath path, int limit) {
        List<JsonNode> items = new ArrayList<>();
        String next = path.with("limit", Integer.toString(Math.min(limit, LARGEST_PAGE)))
                .text();
        while (next != null) {
            HttpResponse<byte[]> response = send("GET", next, null);
            JsonNode page = answer(response);
            if (!page.isArray()) {
                throw unexpected(response.statusCode(), "a list was due");
            }
            for (JsonNode item : page) {
                if (items.size() == limit) {
                    return new Listing(items, false);
                }
                items.add(item);
            }
            String following = nextPage(response);
            // An empty page with a next one would be an endless walk.
            if (following != null && (page.isEmpty() || items.size() == limit)) {
                return new Listing(items, page.isEmpty());
            }
            next = following;
        }
        return new Listing(items, true);
    }

    /** What a list holds that comes in one piece. */
    public JsonNode wholeList(ApiPath path) {
        HttpResponse<byte[]> response = send("GET", path.text(), null);
        JsonNode list = answer(response);
        if (!list.isArray()) {
            throw unexpected(response.statusCode(), "a list was due");
        }
        return list;
    }

    private static @Nullable String nextPage(HttpResponse<byte[]> response) {
        for (String link : response.headers().allValues("Link")) {
            Matcher next = NEXT_PAGE.matcher(link);
            if (next.find()) {
                return next.group(1);
            }
        }
        return null;
    }

    private HttpResponse<byte[]> send(String method, String path, @Nullable JsonNode body) {
        URI address = server.at(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Accept", "application/json")
                // People find it in the list of where they are signed in.
                .header("User-Agent", "ik");
        if (credential != null) {
            request.header("Authorization", credential.header());
            if (credential.source() == ControlCredential.Source.OPERATOR) {
                // Where proxies on the server's machine are trusted, a caller there has to say that it is one itself.
                request.header("X-Forwarded-For", "127.0.0.1");
            }
        }
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
        }
        // The request's own timeout ends with the headers; this one covers the whole answer.
        CompletableFuture<HttpResponse<byte[]>> exchange =
                http.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        try {
            return exchange.get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw unreachable(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw new UnreachableException(
                    "no complete answer came from " + server + " within " + ANSWER_TIMEOUT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while waiting for " + server, e);
        }
    }

    private UnreachableException unreachable(Throwable cause) {
        if (cause instanceof HttpConnectTimeoutException) {
            return new UnreachableException(
                    "no connection to " + server + " within " + CONNECT_TIMEOUT.toSeconds() + " s", cause);
        }
        if (cause instanceof ConnectException) {
            return new UnreachableException(
                    "cannot reach " + server + "; is the server running there? (`ik up` starts one)", cause);
        }
        String reason = cause instanceof IOException && cause.getMessage() != null
                ? PlainText.line(cause.getMessage())
                : cause.getClass().getSimpleName();
        return new UnreachableException("no usable answer came from " + server + ": " + reason, cause);
    }

    private JsonNode answer(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            if (response.body().length == 0) {
                return JsonNodeFactory.instance.objectNode();
            }
            try {
                return JSON.readTree(response.body());
            } catch (JacksonException e) {
                throw unexpected(status, "JSON was due");
            }
        }
        throw refusal(response);
    }

    private RefusedException refusal(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        JsonNode body;
        try {
            body = JSON.readTree(response.body());
        } catch (JacksonException e) {
            body = JsonNodeFactory.instance.objectNode();
        }
        // Two shapes are about: {"error": code, "message": text} here, {"error": {"code", "message"}} on the other
        // plane.
        JsonNode error = body.path("error");
        JsonNode details = error.isObject() ? error : body;
        String code = error.isObject() ? text(error, "code") : error.isString() ? error.asString() : null;
        String message = text(details, "message");
        String requestId = text(body, "request_id");
        if (code == null && message == null) {
            return unexpected(status, "is this the address of an InferenceKey server?");
        }
        return new RefusedException(
                status,
                PlainText.line(code == null ? "http_" + status : code),
                PlainText.line(message == null ? "the server answered " + status : message) + advice(status),
                text(body, "field"),
                requestId == null
                        ? response.headers().firstValue("X-Request-Id").orElse(null)
                        : requestId);
    }

    private String advice(int status) {
        if (status != 401 || credential == null) {
            return "";
        }
        return switch (credential.source()) {
            case SESSION -> "; sign in again with `ik login`";
            case OPERATOR -> "; the server at " + server + " runs on another data folder (--data), or was restarted";
            case TOKEN -> "";
        };
    }

    private static RefusedException unexpected(int status, String what) {
        return new RefusedException(
                status,
                "unexpected_answer",
                "the server gave an unexpected answer (status " + status + "); " + what,
                null,
                null);
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? PlainText.line(value.asString()) : null;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
