package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.sse.SseEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The two shapes of an error's JSON. Every message is scrubbed of credentials on its way. Stateless. */
final class ErrorBody {
    private ErrorBody() {}

    /** As OpenAI's clients read it. */
    private static byte[] dataPlane(Refusal refusal) {
        return dataPlaneText(refusal.code(), refusal.message(), refusal.explainUrl(), refusal.resetsAt())
                .getBytes(UTF_8);
    }

    /** The same, as an event that ends a stream. */
    static byte[] dataPlaneEvent(ErrorCode code, String message) {
        return SseEvent.encode(dataPlaneText(code, message, null, null));
    }

    static byte[] controlPlane(ErrorCode code, String message, String requestId) {
        return ("{\"error\":\"" + code.wire() + "\",\"message\":" + JsonText.quote(Redaction.scrub(message))
                        + ",\"request_id\":" + JsonText.quote(requestId) + "}")
                .getBytes(UTF_8);
    }

    /** Answers with the refusal, in the shape that the plane's clients read. */
    static void send(ClientResponse response, boolean dataPlane, String requestId, Refusal refusal) {
        byte[] body = dataPlane ? dataPlane(refusal) : controlPlane(refusal.code(), refusal.message(), requestId);
        response.whole(refusal.code().status(), "application/json", body, refusal);
    }

    private static String dataPlaneText(
            ErrorCode code, String message, @Nullable String explainUrl, @Nullable Instant resetsAt) {
        return "{\"error\":{\"message\":" + JsonText.quote(Redaction.scrub(message)) + ",\"type\":\""
                + type(code.status()) + "\",\"code\":\"" + code.wire() + "\",\"param\":null"
                + (explainUrl == null ? "" : ",\"explain_url\":" + JsonText.quote(explainUrl))
                + (resetsAt == null ? "" : ",\"resets_at\":\"" + resetsAt + "\"") + "}}";
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 429 -> "rate_limit_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }
}
