package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where failures become answers. What is not expected becomes a 500 that says nothing but the request id, under which
 * it is in the log, once. Stateless and thread-safe.
 */
final class ErrorAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);
    private static final String STORE_RETRY_SECONDS = "5";

    Answer answer(RuntimeException failure, String requestId) {
        return switch (failure) {
            case RefusedException refused ->
                body(refused.code(), refused.text(), refused.field(), requestId, refused.headers());
            case InvalidFieldException invalid ->
                body(
                        ErrorCode.INVALID_REQUEST,
                        String.valueOf(invalid.getMessage()),
                        invalid.field(),
                        requestId,
                        Map.of());
            case StoreUnavailableException unavailable -> {
                // One line: while a store is away, every request ends here.
                LOG.warn(
                        "store unavailable request_id={} cause={}",
                        requestId,
                        Redaction.scrub(String.valueOf(unavailable.getCause())));
                yield body(
                        ErrorCode.STORE_UNAVAILABLE,
                        String.valueOf(unavailable.getMessage()),
                        null,
                        requestId,
                        Map.of("Retry-After", STORE_RETRY_SECONDS));
            }
            default -> {
                LOG.error("request failed request_id={}", requestId, new ScrubbedFailure(failure));
                yield body(
                        ErrorCode.INTERNAL,
                        "something failed on our side; quote request " + requestId + " when you report it",
                        null,
                        requestId,
                        Map.of());
            }
        };
    }

    private static Answer body(
            ErrorCode code, String message, @Nullable String field, String requestId, Map<String, String> headers) {
        Map<String, @Nullable Object> body = Json.object("error", code.wire(), "message", Redaction.scrub(message));
        if (field != null) {
            body.put("field", field);
        }
        body.put("request_id", requestId);
        Answer answer = Answer.json(code.status(), body);
        if (code.status() == 401) {
            answer = answer.withHeader("WWW-Authenticate", "Bearer");
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            answer = answer.withHeader(header.getKey(), header.getValue());
        }
        return answer;
    }
}
