package dev.inferencekey;

import dev.inferencekey.contract.error.ErrorCode;

/** The workload failed while {@code waitUntilReady} waited for it; the message says why. */
public final class WorkloadFailedException extends InferenceKeyException {
    private final transient Readiness readiness;

    WorkloadFailedException(EndpointRef endpoint, Readiness readiness) {
        super(
                "workload failed: " + endpoint + ": "
                        + (readiness.message().isEmpty() ? "the server gives no reason" : readiness.message()),
                ErrorDetails.local(ErrorCode.WORKLOAD_FAILED),
                null);
        this.readiness = readiness;
    }

    /** The last report: phase {@code error}, with message and step. */
    public Readiness readiness() {
        return readiness;
    }
}
