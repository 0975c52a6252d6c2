package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.limit.LimitShare;
import dev.inferencekey.server.domain.limit.Shortage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one request holds of the limits of its key and its workload.
 *
 * <p>Notes. Both limits are looked at, and taken from, under both monitors and at one moment, which is read inside them: so nothing is
 * taken of one if the other refuses, no other request sees a half, and the order of the counts is the order of the times. See decision 11
 * for what is promised.
 *
 * <p>Confined to its event loop. To be {@linkplain #leave left} exactly once, however the request ends, and {@linkplain #settle settled}
 * when its usage is known; tokens that are never settled stay taken until their minute is over.
 */
final class LimitLease {
    private final LongSupplier ticker;
    private final Limiter outer;
    /** The same as {@code outer} if only one of the two is limited. */
    private final Limiter inner;

    private final LimitShare ofOuter;
    private final @Nullable LimitShare ofInner;
    private LimitHeaders headers;
    private boolean underWay = true;
    private boolean settled;

    private LimitLease(
            LongSupplier ticker,
            Limiter outer,
            Limiter inner,
            LimitShare ofOuter,
            @Nullable LimitShare ofInner,
            LimitHeaders headers) {
        this.ticker = ticker;
        this.outer = outer;
        this.inner = inner;
        this.ofOuter = ofOuter;
        this.ofInner = ofInner;
        this.headers = headers;
    }

    /** What became of asking. */
    sealed interface Decision {
        record Granted(LimitLease lease) implements Decision {}

        /**
         * It does not fit.
         *
         * @param worthAWait those limits of which other nodes may have what is missing, so that it may be here in a moment; empty if it helps
         *     only to try again later
         */
        record Refused(Refusal refusal, LimitHeaders headers, List<Limiter> worthAWait) implements Decision {}
    }

    /**
     * Asks for one request that is expected to use this many tokens; all or nothing.
     *
     * @return null if neither the key nor the workload is limited
     */
    static @Nullable Decision take(
            LongSupplier ticker, @Nullable Limiter ofKey, @Nullable Limiter ofWorkload, long expectedTokens) {
        return take(ticker, ofKey, ofWorkload, expectedTokens, false);
    }

    /** The same; {@code again} if the request has asked before, so that what it lacks is not asked for twice. */
    static @Nullable Decision take(
            LongSupplier ticker,
            @Nullable Limiter ofKey,
            @Nullable Limiter ofWorkload,
            long expectedTokens,
            boolean again) {
        Limiter outer = ofKey == null ? ofWorkload : ofKey;
        if (outer == null) {
            return null;
        }
        Limiter inner = ofWorkload == null ? outer : ofWorkload;
        Shortage byOuter;
        Shortage byInner;
        LimitLease lease = null;
        LimitHeaders headers;
        boolean outerIsLow = false;
        boolean innerIsLow = false;
        synchronized (outer) {
            synchronized (inner) {
                long now = ticker.getAsLong();
                boolean two = inner != outer;
                byOuter = outer.counts().shortage(now, expectedTokens);
                byInner = two ? inner.counts().shortage(now, expectedTokens) : null;
                if (byOuter == null && byInner == null) {
                    LimitShare ofOuter = outer.counts().take(now, expectedTokens);
                    LimitShare ofInner = two ? inner.counts().take(now, expectedTokens) : null;
                    headers = LimitHeaders.of(outer.counts(), inner.counts(), now);
                    lease = new LimitLease(ticker, outer, inner, ofOuter, ofInner, headers);
                    outerIsLow = outer.counts().low(now);
                    innerIsLow = two && inner.counts().low(now);
                } else {
                    if (!again) {
                        missed(outer, byOuter, inner, byInner, now, expectedTokens);
                    }
                    headers = LimitHeaders.of(outer.counts(), inner.counts(), now);
                }
            }
        }
        if (lease == null) {
            return refused(outer, byOuter, inner, byInner, headers);
        }
        if (outerIsLow) {
            outer.needMore();
        }
        if (innerIsLow) {
            inner.needMore();
        }
        return new Decision.Granted(lease);
    }

    /** How the caller stood when the request was last counted. */
    LimitHeaders headers() {
        return headers;
    }

    /**
     * Expects another number of tokens than so far; they count from now on. If they don't fit, none are expected until this is asked again,
     * and whoever gives up then {@linkplain #withdraw withdraws}.
     *
     * @param again whether the same was asked before, so that what is lacking is not asked for twice
     * @return null if they fit
     */
    Decision.@Nullable Refused expect(long tokens, boolean again) {
        Shortage byOuter;
        Shortage byInner;
        boolean outerIsLow = false;
        boolean innerIsLow = false;
        synchronized (outer) {
            synchronized (inner) {
                long now = ticker.getAsLong();
                ofOuter.giveBackTokens(now);
                if (ofInner != null) {
                    ofInner.giveBackTokens(now);
                }
                byOuter = outer.counts().tokenShortage(now, tokens);
                byInner = ofInner == null ? null : inner.counts().tokenShortage(now, tokens);
                if (byOuter == null && byInner == null) {
                    ofOuter.takeTokens(now, tokens);
                    outerIsLow = outer.counts().low(now);
                    if (ofInner != null) {
                        ofInner.takeTokens(now, tokens);
                        innerIsLow = inner.counts().low(now);
                    }
                } else if (!again) {
                    missed(outer, byOuter, inner, byInner, now, tokens);
                }
                headers = LimitHeaders.of(outer.counts(), inner.counts(), now);
            }
        }
        if (byOuter != null || byInner != null) {
            return refused(outer, byOuter, inner, byInner, headers);
        }
        if (outerIsLow) {
            outer.needMore();
        }
        if (innerIsLow) {
            inner.needMore();
        }
        return null;
    }

    /** Counts the request as never made. To be called at most once. */
    void withdraw() {
        synchronized (outer) {
            synchronized (inner) {
                long now = ticker.getAsLong();
                ofOuter.giveBackRequest(now);
                if (ofInner != null) {
                    ofInner.giveBackRequest(now);
                }
                headers = LimitHeaders.of(outer.counts(), inner.counts(), now);
            }
        }
    }

    /** The request is no longer under way. A second call does nothing. */
    void leave() {
        if (!underWay) {
            return;
        }
        underWay = false;
        synchronized (outer) {
            ofOuter.leave();
        }
        outer.look();
        if (ofInner != null) {
            synchronized (inner) {
                ofInner.leave();
            }
            inner.look();
        }
    }

    /**
     * Puts the tokens that were used in the place of those that were expected. If they are not known, the expectation stays if {@code
     * mayHaveUsedSome}, else all is given back. A second call does nothing.
     */
    void settle(TokenCount used, boolean mayHaveUsedSome) {
        if (settled) {
            return;
        }
        settled = true;
        if (used.known() || !mayHaveUsedSome) {
            settle(used.total());
        }
    }

    private void settle(long used) {
        synchronized (outer) {
            ofOuter.settle(ticker.getAsLong(), used);
        }
        if (ofInner != null) {
            synchronized (inner) {
                ofInner.settle(ticker.getAsLong(), used);
            }
        }
    }

    private static void missed(
            Limiter outer,
            @Nullable Shortage byOuter,
            Limiter inner,
            @Nullable Shortage byInner,
            long now,
            long tokens) {
        if (byOuter != null) {
            outer.counts().missed(now, byOuter, tokens);
        }
        if (byInner != null) {
            inner.counts().missed(now, byInner, tokens);
        }
    }

    /** Names the limit that takes longer to pass. */
    private static Decision.Refused refused(
            Limiter outer,
            @Nullable Shortage byOuter,
            Limiter inner,
            @Nullable Shortage byInner,
            LimitHeaders headers) {
        boolean namesInner = byOuter == null || (byInner != null && byInner.waitNanos() > byOuter.waitNanos());
        Shortage shortage = namesInner ? byInner : byOuter;
        if (shortage == null) {
            throw new IllegalArgumentException("nothing is short");
        }
        long retryAfter = LimitHeaders.retryAfterSeconds(shortage.waitNanos());
        List<Limiter> worthAWait = new ArrayList<>(0);
        boolean inVain = false;
        if (byOuter != null) {
            outer.needMore();
            inVain = !byOuter.othersMayHelp();
            worthAWait.add(outer);
        }
        if (byInner != null) {
            inner.needMore();
            inVain |= !byInner.othersMayHelp();
            worthAWait.add(inner);
        }
        return new Decision.Refused(
                new Refusal(
                        shortage.kind() == Shortage.Kind.CONCURRENT_REQUESTS
                                ? ErrorCode.CONCURRENCY_EXCEEDED
                                : ErrorCode.RATE_LIMIT_EXCEEDED,
                        (namesInner ? inner : outer).message(shortage, retryAfter),
                        retryAfter),
                headers,
                inVain ? List.of() : worthAWait);
    }
}
