package dev.inferencekey.server.ports.store;

import java.time.Instant;

/** Forms that browsers sent, by a digest of all that was sent, so that none is handled twice. */
public interface SentFormStore {
    /** Whose turn it is with a form. */
    sealed interface Claim {
        /** The caller's, and nobody else's for as long as the claim holds. */
        record Granted() implements Claim {}

        /** Somebody else's at the moment. */
        record Held() implements Claim {}

        /** Nobody's any more: it was handled. {@code ledTo} is the path of the page that tells what came of it. */
        record Handled(String ledTo) implements Claim {}
    }

    /** Claims the form until {@code until}, unless it was handled or another claim holds at {@code now}. */
    Claim claim(String form, Instant now, Instant until);

    /** Ends a claim: the form was handled, which is remembered until {@code until}. */
    void handled(String form, String ledTo, Instant until);

    /** Ends a claim: nothing came of the form, and it can be sent again. */
    void release(String form);

    /** Forgets what was not to be remembered until {@code now}. */
    void deleteExpiredBefore(Instant now);
}
