package dev.inferencekey;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.internal.Body;
import dev.inferencekey.internal.CallTimeoutException;
import dev.inferencekey.internal.ClientClosedException;
import dev.inferencekey.internal.EventPipe;
import dev.inferencekey.internal.Failure;
import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import dev.inferencekey.internal.OneLine;
import dev.inferencekey.internal.Reply;
import dev.inferencekey.internal.RetryAfter;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CancellationException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Turns what went wrong into this client's exceptions. Both planes' error bodies are read on both planes, and a body that is
 * neither (a proxy's page, another server's JSON, nothing) still gives a message.
 */
final class Failures {
    private static final int MAX_MESSAGE = 2000;
    private static final int MAX_QUOTE = 200;

    private Failures() {}

    /** The exception for an answer whose status is not 2xx. */
    static InferenceKeyException of(Reply reply, Instant now) {
        ErrorBody body = errorBody(reply);
        ErrorDetails details = details(reply, body);
        String message = body.message();
        return switch (reply.status()) {
            case 400 -> new ValidationException(message, details);
            case 401 -> new AuthenticationException(message, details);
            case 403 -> new PermissionDeniedException(message, details);
            case 404 -> new NotFoundException(message, details);
            case 409 -> new ConflictException(message, details);
            case 429 ->
                new RateLimitException(
                        message, details, RetryAfter.of(reply, now).orElse(null));
            default -> ApiException.of(message, details);
        };
    }

    /** The code in an answer's error body, if there is one. */
    static @Nullable String code(Reply reply) {
        return errorBody(reply).code();
    }

    /** The exception for a 2xx answer that can't be read. */
    static ApiException unreadable(Reply reply, String why) {
        return ApiException.of("the answer can't be read: " + why, details(reply, null));
    }

    /** The exception for an answer that is not the object that was asked for. */
    static ObjectMismatchException mismatch(
            Reply reply, ObjectMismatchException.Reason reason, String why, TextResult answer) {
        return new ObjectMismatchException(reason, why, "", answer.text(), details(reply));
    }

    /** What a 2xx answer is known by. */
    static ErrorDetails details(Reply reply) {
        return details(reply, null);
    }

    /** The exception for an error that came inside a stream, after the status said 200. */
    static ApiException midStream(Reply reply, Map<?, ?> event) {
        ErrorBody body = jsonBody(event, "the server gives no reason");
        return new ApiException(
                "api error [" + (body.code() == null ? "stream" : body.code()) + "]: the stream failed: "
                        + body.message(),
                details(reply, body));
    }

    /** The exception for a call without an answer. */
    static RuntimeException of(Throwable failure, URI base) {
        Throwable cause = Failure.unwrap(failure);
        if (cause instanceof InferenceKeyException
                || cause instanceof CancellationException
                || cause instanceof IllegalStateException) {
            return (RuntimeException) cause;
        }
        String server = base.getScheme() + "://" + base.getRawAuthority();
        String said = Failure.message(cause);
        String reason = OneLine.of(said == null ? cause.getClass().getSimpleName() : said, MAX_QUOTE);
        if (cause instanceof CallTimeoutException) {
            return TransportException.timeout(reason, cause);
        }
        if (cause instanceof ClientClosedException) {
            return new TransportException(reason, cause);
        }
        if (Failure.nothingSent(cause)) {
            String why = Failure.isUnknownHost(cause) ? "the host is not known" : said == null ? "refused" : reason;
            String message = "could not connect to " + server + ": " + why;
            return cause instanceof HttpConnectTimeoutException
                    ? TransportException.timeout(message, cause)
                    : new TransportException(message, cause);
        }
        if (cause instanceof SSLException) {
            return new TransportException("no secure connection to " + server + ": " + reason, cause);
        }
        return new TransportException("the connection to " + server + " broke: " + reason, cause);
    }

    static TransportException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new TransportException("interrupted while waiting; the call was cancelled", cause);
    }

    private static ErrorDetails details(Reply reply, @Nullable ErrorBody body) {
        String requestId = requestId(reply);
        if (requestId == null && body != null) {
            requestId = body.requestId();
        }
        return new ErrorDetails(reply.status(), body == null ? null : body.code(), requestId);
    }

    /** The server's name for a request, from the head of its answer. */
    static @Nullable String requestId(Reply reply) {
        return reply.header("X-Request-Id").map(id -> OneLine.of(id, MAX_QUOTE)).orElse(null);
    }

    private record ErrorBody(
            @Nullable String code, String message, @Nullable String requestId) {}

    private static ErrorBody errorBody(Reply reply) {
        if (reply.body() instanceof EventPipe) {
            return new ErrorBody(null, "the server sent an event stream", null);
        }
        if (reply.status() / 100 == 3) {
            String target = OneLine.of(reply.header("Location").orElse("nowhere"), MAX_QUOTE);
            return new ErrorBody(
                    null,
                    "the server redirects to " + target
                            + "; redirects are not followed, so that the credential goes nowhere"
                            + " else: set the base URL to the final address",
                    null);
        }
        byte[] bytes = reply.body() instanceof Body.Whole whole ? whole.bytes() : new byte[0];
        try {
            if (Json.read(bytes) instanceof Map<?, ?> json) {
                return jsonBody(json, quote(reply, bytes));
            }
        } catch (JsonFormatException e) {
            // Not JSON: quoted below.
        }
        return new ErrorBody(null, quote(reply, bytes), null);
    }

    /** Reads {@code {"error": code, "message"}}, {@code {"error": {"message", "code"}}}, and what model servers send bare. */
    private static ErrorBody jsonBody(Map<?, ?> json, String fallback) {
        Object error = json.get("error");
        Map<?, ?> source = error instanceof Map<?, ?> inner ? inner : json;
        String code = error instanceof String text ? text : string(source, "code");
        String message = string(source, "message");
        if (message == null) {
            message = string(source, "detail");
        }
        if (message == null
                && error instanceof String text
                && code != null
                && ErrorCode.fromWire(code).isEmpty()) {
            // Some servers put the sentence where ours puts the code.
            message = text;
            code = text.indexOf(' ') < 0 ? code : null;
        }
        return new ErrorBody(
                code == null ? null : OneLine.of(code, MAX_QUOTE),
                message == null ? fallback : OneLine.of(message, MAX_MESSAGE),
                string(json, "request_id"));
    }

    private static @Nullable String string(Map<?, ?> json, String name) {
        return json.get(name) instanceof String text && !text.isBlank() ? text : null;
    }

    private static String quote(Reply reply, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8).replaceAll("<[^>]{0,1000}>", " ");
        String line = OneLine.of(text, MAX_QUOTE);
        String status = "the server answered " + reply.status();
        return line.isEmpty() ? status + " without a message" : status + ": " + line;
    }
}
