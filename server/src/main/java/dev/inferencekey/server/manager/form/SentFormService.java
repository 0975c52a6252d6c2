package dev.inferencekey.server.manager.form;

import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.ports.store.SentFormStore.Claim;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a form which makes something is handled once, however often a browser sends it and to whichever nodes. Thread-safe.
 *
 * <p>Notes. A form is remembered for as long as a sign-in lasts, since it can't be sent in another. Whoever handles it holds a claim meanwhile;
 * one that is left behind by a node that died ends after {@value #CLAIM_SECONDS} seconds, and what that node had made by then may be made
 * again.
 */
public final class SentFormService {
    private static final Logger LOG = LoggerFactory.getLogger(SentFormService.class);
    /** Longer than the longest change: one that waits for a node with the longest lease. */
    private static final int CLAIM_SECONDS = 360;

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int MAX_LOOKS = 200;

    private final Store store;
    private final Clock clock;

    public SentFormService(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Handles the form, unless the same one has been handled already.
     *
     * @param form what is the same for each sending of it, and for nothing else: a digest
     * @param handler is given whom to tell the path of the page that tells what came of the form, if something was made; what it refuses can
     *     be sent again
     * @param again is given that path if the form was handled before
     * @throws RefusedException if somebody has been handling it for seconds
     */
    public <T> T once(String form, Function<Consumer<String>, T> handler, Function<String, T> again) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            Instant now = clock.now();
            Claim claim = store.append(session -> session.sentForms().claim(form, now, now.plusSeconds(CLAIM_SECONDS)));
            switch (claim) {
                case Claim.Granted _ -> {
                    return handle(form, handler);
                }
                case Claim.Handled handled -> {
                    return again.apply(handled.ledTo());
                }
                case Claim.Held _ -> LockSupport.parkNanos(LOOK.toNanos());
            }
        }
        throw RefusedException.conflict(
                "the same form is being handled at the moment; go back to the list to see what came of it");
    }

    private <T> T handle(String form, Function<Consumer<String>, T> handler) {
        Outcome outcome = new Outcome();
        try {
            return handler.apply(path -> outcome.ledTo = path);
        } finally {
            end(form, outcome.ledTo);
        }
    }

    /** What was made is shown once, and is lost if this fails: so it doesn't. */
    private void end(String form, @Nullable String ledTo) {
        Instant until = clock.now().plus(SignInService.LIFETIME);
        try {
            store.<Boolean>append(session -> {
                if (ledTo == null) {
                    session.sentForms().release(form);
                } else {
                    session.sentForms().handled(form, ledTo, until);
                }
                return true;
            });
        } catch (RuntimeException e) {
            LOG.warn("what came of a form not written down", e);
        }
    }

    private static final class Outcome {
        private @Nullable String ledTo;
    }
}
