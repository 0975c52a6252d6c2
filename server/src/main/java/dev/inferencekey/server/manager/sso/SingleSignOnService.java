package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.store.SignOnStore;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Signs people in through an OpenID provider: authorization code flow with PKCE, one provider per installation. Thread-safe; calls to
 * the provider block the caller, for a bounded time.
 *
 * <p>Signing in with a password does not come through here, so a provider that is away stops nobody who has one.
 */
public final class SingleSignOnService {
    /** Where the provider sends browsers back to, under the platform's address. */
    public static final String CALLBACK_PATH = "/sign-in/sso/callback";

    /** The longest path to go on to, in characters. */
    public static final int MAX_NEXT_LENGTH = 512;

    /** How sign-ins through here are named in the audit trail. */
    private static final String HOW = "sso";

    /** How many sign-ins that were completed or failed are remembered, and as many more for each node as come between two trims. */
    private static final int MAX_STATES = 10_000;

    private static final int COMPLETED_BETWEEN_TRIMS = 1_000;

    private final Store store;
    private final Clock clock;
    private final SecureRandom random;
    private final SecretCipher cipher;
    private final AuditTrail audit;
    private final SignInService signIns;
    private final ProviderHttp http;
    private final ProviderCache providers;
    private final PendingCookie cookies;
    private final SignOnAccounts accounts;
    private final AtomicInteger completed = new AtomicInteger();

    public SingleSignOnService(
            Store store,
            IdSource ids,
            Clock clock,
            SecureRandom random,
            SecretCipher cipher,
            AuditTrail audit,
            SignInService signIns) {
        this(store, ids, clock, random, cipher, audit, signIns, ProviderHttp.Bounds.DEFAULT);
    }

    SingleSignOnService(
            Store store,
            IdSource ids,
            Clock clock,
            SecureRandom random,
            SecretCipher cipher,
            AuditTrail audit,
            SignInService signIns,
            ProviderHttp.Bounds bounds) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.cipher = cipher;
        this.audit = audit;
        this.signIns = signIns;
        this.http = new ProviderHttp(bounds);
        this.providers = new ProviderCache(http, clock);
        this.cookies = new PendingCookie(cipher);
        this.accounts = new SignOnAccounts(store, ids, clock, audit);
    }

    /**
     * A sign-in that was begun.
     *
     * @param authorizationUrl where the browser goes
     * @param cookie the value of the cookie that the browser must bring back
     */
    public record Begun(URI authorizationUrl, String cookie) {
        @Override
        public String toString() {
            return "Begun";
        }
    }

    /** What the provider sent the browser back with; each is null if it is not there. */
    public record Callback(
            @Nullable String state,
            @Nullable String code,
            @Nullable String iss,
            @Nullable String error) {
        @Override
        public String toString() {
            return "Callback";
        }
    }

    /** A sign-in that succeeded, and the path that the person wanted to go to. */
    public record Completed(SignInService.SignedIn signedIn, String next) {}

    /** What is set, without the secret; empty if there is no provider. */
    public Optional<SignOnSettings> settings() {
        return store.read(
                session -> tenant(session).flatMap(tenant -> session.signOn().settings(tenant.id())));
    }

    /**
     * Sets the provider, after it was asked to describe itself.
     *
     * @throws RefusedException 400 if it is not one that can be used, 502 if it does not answer
     */
    public SignOnSettings configure(Requester by, SignOnRequest request) {
        OpenIdProvider provider;
        try {
            provider = OpenIdProvider.discover(request.issuer(), http);
        } catch (SignOnFailure failure) {
            throw failure.reason().equals("provider_unfit")
                    ? RefusedException.invalid(
                            "issuer",
                            "issuer is not usable: " + failure.answer().text())
                    : failure.answer();
        }
        SignOnSettings settings = new SignOnSettings(
                request.issuer(),
                request.clientId(),
                request.allowedDomains(),
                request.opensAccounts(),
                request.buttonText(),
                clock.now());
        store.<Boolean>write(session -> {
            String tenantId = tenant(session).orElseThrow().id();
            String secret = request.clientSecret();
            byte[] sealed = secret == null
                    ? keptSecret(session, tenantId, settings)
                    : cipher.seal(secret, SignOnStore.sealContext(tenantId));
            session.signOn().put(tenantId, settings, sealed);
            audit.note(session, by, AuditAction.SSO_CONFIGURED, null, null, details(settings));
            return true;
        });
        providers.put(settings.issuer(), provider);
        return settings;
    }

    /** Ends signing in through the provider; sessions last until they end by themselves. */
    public void remove(Requester by) {
        store.<Boolean>writeUrgently(session -> {
            String tenantId = tenant(session).orElseThrow().id();
            SignOnSettings settings =
                    session.signOn().settings(tenantId).orElseThrow(SingleSignOnService::notConfigured);
            session.signOn().delete(tenantId);
            audit.note(session, by, AuditAction.SSO_REMOVED, null, null, details(settings));
            return true;
        });
    }

    /** What has to be registered at the provider. */
    public static URI redirectUri(URI baseUrl) {
        return URI.create(baseUrl + CALLBACK_PATH);
    }

    /**
     * Begins a sign-in.
     *
     * @param baseUrl the platform's address as this caller knows it
     * @param next the path to go on to; null for the start page. Anything but a path of ours is refused
     * @param cookie the value of the cookie that the browser sent, null without one
     */
    public Begun begin(URI baseUrl, @Nullable String next, @Nullable String cookie) {
        String goOn = localPath(next);
        SignOnSettings settings = settings().orElseThrow(SingleSignOnService::notConfigured);
        Instant now = clock.now();
        PendingSignIn pending = PendingSignIn.begin(random, redirectUri(baseUrl), settings.issuer(), goOn, now);
        try {
            URI url = providers.of(settings.issuer()).authorizationUrl(pending, settings.clientId());
            return new Begun(url, cookies.with(pending, cookie, now));
        } catch (SignOnFailure failure) {
            throw failure.answer();
        }
    }

    /**
     * Completes a sign-in with what the provider sent the browser back with. Whatever fails is in the audit trail.
     *
     * @param cookie the value of the cookie that the browser sent, null without one
     * @param origin where the caller is
     */
    public Completed complete(Callback callback, @Nullable String cookie, SignInService.Origin origin) {
        String from = origin.address();
        signIns.admit(HOW, from);
        SignOnSettings settings = settings().orElseThrow(SingleSignOnService::notConfigured);
        Identified person = null;
        try {
            PendingSignIn pending = pending(callback, settings, cookie);
            person = identify(callback, pending, settings);
            User user = accounts.of(person, settings, from);
            return new Completed(signIns.signInIdentified(user, HOW, origin), pending.next());
        } catch (SignOnFailure failure) {
            noteRefusal(failure, person, from);
            throw failure.answer();
        }
    }

    private PendingSignIn pending(Callback callback, SignOnSettings settings, @Nullable String cookie) {
        String state = callback.state();
        Instant now = clock.now();
        PendingSignIn pending = (state == null ? Optional.<PendingSignIn>empty() : cookies.find(state, cookie))
                .filter(found -> now.isBefore(found.expiresAt()))
                .orElseThrow(() -> SignOnFailure.stale("this sign-in was not begun in this browser, or more than "
                        + PendingSignIn.LIFETIME.toMinutes() + " minutes ago; start again"));
        if (!isFirstUse(pending, now)) {
            throw SignOnFailure.stale("this sign-in was completed or failed already; start again");
        }
        if (!pending.issuer().equals(settings.issuer())) {
            throw SignOnFailure.stale("the settings of single sign-on were just changed; start again");
        }
        return pending;
    }

    /**
     * Whether nobody has completed this sign-in, or failed to, at any node. What is forgotten before it expires, since there are too many of
     * them, and what the store has no room for, is still refused by the provider, which takes a code once: on a full disk people must be able to
     * sign in, to take power away.
     */
    private boolean isFirstUse(PendingSignIn pending, Instant now) {
        boolean trims = completed.incrementAndGet() % COMPLETED_BETWEEN_TRIMS == 0;
        try {
            return store.append(session -> {
                if (trims) {
                    session.signOn().trimStates(now, MAX_STATES);
                }
                return session.signOn().useState(pending.state(), pending.expiresAt());
            });
        } catch (StoreUnavailableException e) {
            return true;
        }
    }

    private Identified identify(Callback callback, PendingSignIn pending, SignOnSettings settings) {
        OpenIdProvider provider = providers.of(settings.issuer());
        provider.requireOwnAnswer(callback.iss());
        String error = callback.error();
        if (error != null) {
            throw SignOnFailure.refusedThere(error);
        }
        String code = callback.code();
        if (code == null || code.isBlank()) {
            throw SignOnFailure.stale("the sign-on provider sent neither a code nor an error; start again");
        }
        return provider.redeem(code, pending, settings.clientId(), clientSecret(settings));
    }

    private String clientSecret(SignOnSettings settings) {
        return store.read(session -> {
            String tenantId = tenant(session).orElseThrow().id();
            // Settings and secret of one moment: a secret must never go to another provider than it was entered for.
            byte[] sealed = session.signOn()
                    .settings(tenantId)
                    .filter(settings::equals)
                    .flatMap(_ -> session.signOn().sealedSecret(tenantId))
                    .orElseThrow(
                            () -> SignOnFailure.stale("the settings of single sign-on were just changed; start again"));
            return cipher.open(sealed, SignOnStore.sealContext(tenantId));
        });
    }

    /** A secret is kept for the provider and the client that it was entered for only: it is shown to whoever answers there. */
    private static byte[] keptSecret(StoreSession session, String tenantId, SignOnSettings settings) {
        return session.signOn()
                .settings(tenantId)
                .filter(present -> present.issuer().equals(settings.issuer())
                        && present.clientId().equals(settings.clientId()))
                .flatMap(_ -> session.signOn().sealedSecret(tenantId))
                .orElseThrow(() -> RefusedException.invalid(
                        "client_secret", "client_secret is required for a new issuer or client_id"));
    }

    private void noteRefusal(SignOnFailure failure, @Nullable Identified person, String from) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("how", HOW);
        details.put("reason", failure.reason());
        String email = person == null ? null : person.email();
        if (email != null) {
            details.put("email", email);
        }
        Requester nobody = new Requester(new Caller.Anonymous(), from);
        store.<Boolean>append(session -> {
            audit.note(session, nobody, AuditAction.SESSION_REFUSED, null, null, details);
            return true;
        });
    }

    /** Only paths of ours: whoever made the link must not be able to send a person who has just signed in somewhere else. */
    private static String localPath(@Nullable String next) {
        if (next == null || next.isEmpty()) {
            return "/";
        }
        boolean local = next.length() <= MAX_NEXT_LENGTH
                && next.startsWith("/")
                && !next.startsWith("//")
                // Browsers read a backslash as a slash.
                && next.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
        if (!local) {
            throw RefusedException.invalid(
                    "next",
                    "next must be a path on this server like /projects, with at most " + MAX_NEXT_LENGTH
                            + " characters");
        }
        return next;
    }

    private static Map<String, String> details(SignOnSettings settings) {
        return Map.of("issuer", settings.issuer(), "client_id", settings.clientId());
    }

    private static Optional<Tenant> tenant(StoreSession session) {
        return session.projects().firstTenant();
    }

    private static RefusedException notConfigured() {
        return RefusedException.notFound("single sign-on is not set up here");
    }
}
