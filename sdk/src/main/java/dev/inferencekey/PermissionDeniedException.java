package dev.inferencekey;

import dev.inferencekey.contract.error.ErrorCode;

/**
 * The credential may not do this (403), or is of the kind that never may: then nothing was sent, and {@link #statusCode()} is 0.
 *
 * <p>The message has the form {@code permission denied [wrong_credential_type]: ik_live_a1b2c3d4… is a data key; …}.
 */
public final class PermissionDeniedException extends InferenceKeyException {
    /** Why. */
    public enum Reason {
        /** An API key where an SDK token is due, or the other way round. */
        WRONG_CREDENTIAL_TYPE,
        /** A valid credential of another project. */
        PROJECT_SCOPE_MISMATCH,
        /** The right project, but the token's scopes or the key's grants do not cover this. */
        SCOPE_INSUFFICIENT,
        /** Anything else, such as a revoked token; {@link #code()} says what. */
        OTHER
    }

    private final Reason reason;

    PermissionDeniedException(String message, ErrorDetails details) {
        super(form(message, details), details, null);
        this.reason = details.code() == null ? Reason.OTHER : reason(details.code());
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    private static String form(String message, ErrorDetails details) {
        String code = details.code();
        return "permission denied" + (code == null ? "" : " [" + code + "]") + ": " + message;
    }

    private static Reason reason(String code) {
        return switch (ErrorCode.fromWire(code).orElse(ErrorCode.INTERNAL)) {
            case WRONG_CREDENTIAL_TYPE -> Reason.WRONG_CREDENTIAL_TYPE;
            case PROJECT_SCOPE_MISMATCH -> Reason.PROJECT_SCOPE_MISMATCH;
            case SCOPE_INSUFFICIENT -> Reason.SCOPE_INSUFFICIENT;
            default -> Reason.OTHER;
        };
    }
}
