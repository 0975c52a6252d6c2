package dev.inferencekey.declaration.build;

import org.jspecify.annotations.Nullable;

/** Why a build must fail; the message says what to do about it. */
public final class WorkloadBuildException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whose move it is. */
    public enum Reason {
        /** The build is not set up as it has to be: a setting, the file, the credential, or the way to the server. */
        SETUP,
        /** The platform is not as declared, or refused a declaration. */
        WORKLOADS
    }

    private final Reason reason;

    /** With the failure behind it, if there is one. */
    public WorkloadBuildException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Of something that is set wrongly. */
    public static WorkloadBuildException setup(String message) {
        return new WorkloadBuildException(Reason.SETUP, message, null);
    }

    /** Why, in one word. */
    public Reason reason() {
        return reason;
    }
}
