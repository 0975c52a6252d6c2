package dev.inferencekey.server.manager.sso;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.manager.service.RefusedException;

/**
 * A sign-in through the provider that does not succeed: what the person is told, and a short reason for the audit trail. Neither holds
 * a secret. Without a stack trace: it is an answer, not a fault.
 */
final class SignOnFailure extends RuntimeException {
    private final String reason;
    private final RefusedException answer;

    private SignOnFailure(String reason, RefusedException answer) {
        super(answer.text(), null, false, false);
        this.reason = reason;
        this.answer = answer;
    }

    /** The provider can't be reached or gave no usable answer; {@code what} goes on after "the sign-on provider". */
    static SignOnFailure away(String what) {
        return new SignOnFailure(
                "provider_away",
                new RefusedException(
                        ErrorCode.UPSTREAM_ERROR,
                        "the sign-on provider " + what + "; try again later, or sign in with a password"));
    }

    /** The provider answers, but is not one that can be used, or is not set up for us. */
    static SignOnFailure unfit(String what) {
        return new SignOnFailure(
                "provider_unfit",
                new RefusedException(
                        ErrorCode.UPSTREAM_ERROR,
                        "the sign-on provider " + what + "; an owner of the installation has to correct this"));
    }

    /** What came back does not belong to a sign-in that this browser began a moment ago. */
    static SignOnFailure stale(String message) {
        return new SignOnFailure("state", new RefusedException(ErrorCode.INVALID_REQUEST, message));
    }

    /** The provider did not vouch for the person. */
    static SignOnFailure notVouchedFor(String reason, String message) {
        return new SignOnFailure(reason, new RefusedException(ErrorCode.INVALID_TOKEN, message));
    }

    /** The provider sent the browser back with an error. */
    static SignOnFailure refusedThere(String error) {
        return notVouchedFor("provider_error", "the sign-on provider did not sign you in: " + JsonFields.show(error));
    }

    /** The person is known beyond doubt, and may not come in. */
    static SignOnFailure notAllowed(String reason, String message) {
        return new SignOnFailure(reason, new RefusedException(ErrorCode.SCOPE_INSUFFICIENT, message));
    }

    /** For the audit trail. */
    String reason() {
        return reason;
    }

    RefusedException answer() {
        return answer;
    }
}
