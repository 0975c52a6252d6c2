package dev.inferencekey.server.gateway;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request's way through the limits of its key and its workload: it takes of both, waits for a moment where another node may have what
 * is missing here, or is refused.
 *
 * <p>Notes. A node that is alone never waits. One among others has a slice of each limit, and asks for more before it runs out; a
 * request that finds too little waits until that is answered, at most {@value #MOST_WAIT_MILLIS} ms. It waits behind its body, just
 * before it is sent on: nothing more is read of it meanwhile.
 *
 * <p>Confined to its event loop. To be {@linkplain #end ended} exactly once.
 */
final class RequestLimits implements ReadinessWait.Waiter {
    /** Long enough for another node to give up what it does not use, and for this one to notice that the store does not answer. */
    static final long MOST_WAIT_MILLIS = 1_000;

    /** How many tokens a request may use can't be told by its length: there may be files in it. */
    private static final long NOT_KNOWN_YET = 0;

    /** Whose limits. */
    interface Origin {
        /** How the caller stands. */
        void standing(LimitHeaders headers);

        /** The request does not fit. Nothing more is told. */
        void refused(Refusal refusal);
    }

    private final GatewayLoop loop;
    private final Origin origin;
    private final @Nullable Limiter ofKey;
    private final @Nullable Limiter ofWorkload;
    private final RequestMeter meter;

    private @Nullable LimitLease lease;
    private long tokens = NOT_KNOWN_YET;
    private Runnable then = () -> {};
    private @Nullable LimitWait waiting;

    private RequestLimits(
            GatewayLoop loop,
            Origin origin,
            @Nullable Limiter ofKey,
            @Nullable Limiter ofWorkload,
            RequestMeter meter) {
        this.loop = loop;
        this.origin = origin;
        this.ofKey = ofKey;
        this.ofWorkload = ofWorkload;
        this.meter = meter;
    }

    /** Null if nothing is limited. */
    static @Nullable RequestLimits of(
            GatewayLoop loop,
            Origin origin,
            @Nullable Limiter ofKey,
            @Nullable Limiter ofWorkload,
            RequestMeter meter) {
        return ofKey == null && ofWorkload == null ? null : new RequestLimits(loop, origin, ofKey, ofWorkload, meter);
    }

    /** Takes one request, before its body is read. What other nodes may have is waited for later, see {@link #expect}. */
    void open() {
        LimitLease.Decision.Refused refused = take(false);
        if (refused != null && refused.worthAWait().isEmpty()) {
            refuse(refused);
        }
    }

    /** Goes on with {@code next}, now or in a moment, if the request fits although it may use this many tokens; else it is refused. */
    void expect(long expectedTokens, Runnable next) {
        boolean again = waiting != null && expectedTokens == tokens;
        tokens = expectedTokens;
        then = next;
        attempt(true, again);
    }

    private void attempt(boolean mayWait, boolean again) {
        LimitLease held = lease;
        LimitLease.Decision.Refused refused;
        if (held == null) {
            refused = take(again);
        } else {
            refused = held.expect(tokens, again);
            origin.standing(held.headers());
        }
        if (refused == null) {
            leaveWait();
            then.run();
        } else if (!mayWait || refused.worthAWait().isEmpty() || !waits(refused.worthAWait())) {
            refuse(refused);
        }
    }

    private LimitLease.Decision.@Nullable Refused take(boolean again) {
        return switch (LimitLease.take(loop.parts().ticker(), ofKey, ofWorkload, tokens, again)) {
            case LimitLease.Decision.Granted(LimitLease granted) -> {
                lease = granted;
                meter.limited(granted);
                origin.standing(granted.headers());
                yield null;
            }
            case LimitLease.Decision.Refused refused -> {
                origin.standing(refused.headers());
                yield refused;
            }
            case null -> throw new IllegalStateException("nothing is limited");
        };
    }

    /** Waits, or goes on to; false if there is no place. */
    private boolean waits(List<Limiter> missing) {
        if (waiting == null) {
            waiting = LimitWait.start(
                    loop, missing, meter.keyId(), TimeUnit.MILLISECONDS.toNanos(MOST_WAIT_MILLIS), this);
        }
        return waiting != null;
    }

    @Override
    public void look() {
        if (waiting != null) {
            attempt(true, true);
        }
    }

    @Override
    public void giveUp() {
        if (waiting != null) {
            attempt(false, true);
        }
    }

    private void refuse(LimitLease.Decision.Refused refused) {
        leaveWait();
        if (lease != null) {
            lease.withdraw();
            origin.standing(lease.headers());
        }
        origin.refused(refused.refusal());
    }

    private void leaveWait() {
        if (waiting != null) {
            waiting.leave();
            waiting = null;
        }
    }

    /** The request is over. */
    void end() {
        leaveWait();
        if (lease != null) {
            lease.leave();
        }
    }
}
