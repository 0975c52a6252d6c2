package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.manager.service.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the provider said of itself, asked for again now and then. Thread-safe: one caller asks, the others wait for what it hears; a
 * failure is told for a moment without asking again, so that a provider that is away costs each caller little. Each node asks for itself: what it
 * heard is found by the issuer that is set, so other settings are never answered with it.
 */
final class ProviderCache {
    static final Duration KEPT = Duration.ofHours(1);
    static final Duration FAILURE_KEPT = Duration.ofSeconds(5);

    /** What was heard; exactly one of provider and failure is there. */
    private record Heard(
            String issuer,
            @Nullable OpenIdProvider provider,
            @Nullable SignOnFailure failure,
            Instant until) {}

    private final ProviderHttp http;
    private final Clock clock;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Heard heard;

    ProviderCache(ProviderHttp http, Clock clock) {
        this.http = http;
        this.clock = clock;
    }

    /** @throws SignOnFailure if it can't be asked, or is not one that can be used */
    OpenIdProvider of(String issuer) {
        Heard known = fresh(issuer);
        if (known == null) {
            asking.lock();
            try {
                known = fresh(issuer);
                if (known == null) {
                    known = ask(issuer);
                    heard = known;
                }
            } finally {
                asking.unlock();
            }
        }
        OpenIdProvider provider = known.provider();
        if (provider == null) {
            throw known.failure() == null ? new IllegalStateException("nothing was heard") : known.failure();
        }
        return provider;
    }

    /** Takes what an owner's new settings were checked with. */
    void put(String issuer, OpenIdProvider provider) {
        heard = new Heard(issuer, provider, null, clock.now().plus(KEPT));
    }

    private @Nullable Heard fresh(String issuer) {
        Heard known = heard;
        return known != null && known.issuer().equals(issuer) && clock.now().isBefore(known.until()) ? known : null;
    }

    private Heard ask(String issuer) {
        try {
            OpenIdProvider provider = OpenIdProvider.discover(issuer, http);
            return new Heard(issuer, provider, null, clock.now().plus(KEPT));
        } catch (SignOnFailure failure) {
            return new Heard(issuer, null, failure, clock.now().plus(FAILURE_KEPT));
        }
    }
}
