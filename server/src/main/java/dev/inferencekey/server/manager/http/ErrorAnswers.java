package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.HelpPages;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where failures become answers. What is not expected becomes a 500 that says nothing but the request id, under which
 * it is in the log, once. Thread-safe.
 */
public final class ErrorAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);
    private static final String STORE_RETRY_SECONDS = "5";

    private final ErrorPages pages;
    private final @Nullable HelpPages help;

    /** @param help what answers link to; null for nothing */
    public ErrorAnswers(ErrorPages pages, @Nullable HelpPages help) {
        this.pages = pages;
        this.help = help;
    }

    /**
     * Answers with the error.
     *
     * @param explainUrl where a refusal for lack of rights is explained; null if that is not known, and left out of other answers
     */
    Answer answer(Request request, RuntimeException thrown, String requestId, @Nullable String explainUrl) {
        Failure failure = failure(thrown, requestId);
        Answer answer = request.wantsPage()
                ? pages.page(request, failure, requestId)
                : json(failure, requestId, failure.code().status() == 403 ? explainUrl : null);
        return answer.withHeader("Link", help == null ? null : help.linkTo(failure.code()));
    }

    private static Failure failure(RuntimeException thrown, String requestId) {
        return switch (thrown) {
            case RefusedException refused ->
                new Failure(refused.code(), Redaction.scrub(refused.text()), refused.field(), refused.headers());
            case InvalidFieldException invalid ->
                new Failure(
                        ErrorCode.INVALID_REQUEST,
                        Redaction.scrub(String.valueOf(invalid.getMessage())),
                        invalid.field(),
                        Map.of());
            case StoreUnavailableException unavailable -> {
                // One line: while a store is away, every request ends here.
                LOG.warn(
                        "store unavailable request_id={} cause={}",
                        requestId,
                        Redaction.scrub(String.valueOf(unavailable.getCause())));
                yield new Failure(
                        ErrorCode.STORE_UNAVAILABLE,
                        Redaction.scrub(String.valueOf(unavailable.getMessage())),
                        null,
                        Map.of("Retry-After", STORE_RETRY_SECONDS));
            }
            default -> {
                LOG.error("request failed request_id={}", requestId, new ScrubbedFailure(thrown));
                yield new Failure(
                        ErrorCode.INTERNAL,
                        "something failed on our side; quote request " + requestId + " when you report it",
                        null,
                        Map.of());
            }
        };
    }

    private static Answer json(Failure failure, String requestId, @Nullable String explainUrl) {
        ErrorCode code = failure.code();
        Map<String, @Nullable Object> body = Json.object("error", code.wire(), "message", failure.message());
        if (failure.field() != null) {
            body.put("field", failure.field());
        }
        body.put("request_id", requestId);
        if (explainUrl != null) {
            body.put("explain_url", explainUrl);
        }
        Answer answer = Answer.json(code.status(), body);
        if (code.status() == 401) {
            answer = answer.withHeader("WWW-Authenticate", "Bearer");
        }
        for (Map.Entry<String, String> header : failure.headers().entrySet()) {
            answer = answer.withHeader(header.getKey(), header.getValue());
        }
        return answer;
    }
}
