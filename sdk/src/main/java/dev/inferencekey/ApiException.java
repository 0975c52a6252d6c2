package dev.inferencekey;

/** The server answered, but not with what was asked for: any status that has no exception of its own, or an answer that can't be read. */
public class ApiException extends InferenceKeyException {
    ApiException(String message, ErrorDetails details) {
        super(message, details, null);
    }

    /** With the message's usual form, {@code api error [503 workload_not_ready]: …}. */
    static ApiException of(String message, ErrorDetails details) {
        String code = details.code();
        return new ApiException(
                "api error [" + details.statusCode() + (code == null ? "" : " " + code) + "]: " + message, details);
    }
}
