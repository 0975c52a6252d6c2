package dev.inferencekey.server.manager.access;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who is calling, by the credential that was shown; what the caller may do is not decided here. The kind of credential is
 * told by its prefix alone, before anything is looked up. Thread-safe.
 */
public final class Authenticator {
    private static final String SCHEME = "bearer ";
    private static final String HIJACKED =
            "the session was used by another browser or program and has been ended, most likely because a browser was"
                    + " updated; sign in again, and if that was not you, change your password";

    private final Store store;
    private final Clock clock;
    private final SecretDigest operator;
    private final CredentialSightings sightings;
    private final HijackedSessions hijacked;

    /** @param operator digest of the operator credential that holds since this start */
    public Authenticator(
            Store store, Clock clock, SecretDigest operator, CredentialSightings sightings, HijackedSessions hijacked) {
        this.store = store;
        this.clock = clock;
        this.operator = operator;
        this.sightings = sightings;
        this.hijacked = hijacked;
    }

    /** Refuses API keys, however broken the rest of them is: they have no business on this plane. */
    public void refuseDataKey(Presented presented) {
        for (String header : presented.authorization()) {
            String credential = bearer(header);
            if (credential != null && credential.startsWith(LiveKey.PREFIX)) {
                MisplacedCredential misplaced = MisplacedCredential.of(credential);
                sightings.wrongPlane(misplaced, presented.from());
                throw new RefusedException(
                        ErrorCode.WRONG_CREDENTIAL_TYPE,
                        AccessPolicy.wrongPlane(misplaced.display(), "a data key", "management", "ik_sdk_ token"));
            }
        }
    }

    /** Who is calling; anonymous if no credential was shown. */
    public Authenticated authenticate(Presented presented) {
        List<String> headers = presented.authorization();
        if (headers.size() > 1) {
            throw unknown("the Authorization header came more than once; send one");
        }
        if (headers.size() == 1) {
            String credential = bearer(headers.getFirst());
            if (credential == null) {
                throw unknown("the Authorization header can't be read; send Authorization: Bearer …");
            }
            return byBearer(credential, presented);
        }
        return authenticateBrowser(presented);
    }

    /** Who is calling, for what only signed-in people are shown: by nothing but the cookie. */
    public Authenticated authenticateBrowser(Presented presented) {
        Optional<String> cookie = SessionCredential.inCookies(presented.cookies());
        return cookie.isPresent() ? byCookie(cookie.get(), presented) : Authenticated.ANONYMOUS;
    }

    private Authenticated byBearer(String credential, Presented presented) {
        String from = presented.from();
        if (credential.startsWith(SdkToken.PREFIX)) {
            SdkToken token = SdkToken.parse(credential)
                    .orElseThrow(() -> unknown("the ik_sdk_ token is malformed; copy it whole"));
            return byControlToken(token, from);
        }
        if (credential.startsWith(SessionCredential.PREFIX)) {
            return seen(bySession(credential, UserSession.Kind.BEARER, presented), presented);
        }
        if (credential.startsWith(OperatorCredential.PREFIX)) {
            return byOperator(credential, from);
        }
        throw unknown("the credential can't be read; this plane takes an ik_sdk_ token or a sign-in");
    }

    private Authenticated byControlToken(SdkToken token, String from) {
        IssuedSdkToken issued = store.<Optional<IssuedSdkToken>>read(
                        session -> session.sdkTokens().findByPublicId(token.publicId()))
                .orElseThrow(() -> unknownToken(token));
        CredentialSecret secret = issued.secret(token.publicId()).orElseThrow(() -> unknownToken(token));
        if (!secret.digest().matches(token.secretSha256())) {
            throw unknownToken(token);
        }
        switch (issued.liveness(secret, clock.now())) {
            case REVOKED ->
                throw new RefusedException(ErrorCode.TOKEN_REVOKED, token.redacted() + " was revoked; use another one");
            case EXPIRED ->
                throw new RefusedException(ErrorCode.TOKEN_EXPIRED, token.redacted() + " has expired; make a new one");
            case DISABLED ->
                throw new RefusedException(
                        ErrorCode.TOKEN_REVOKED, token.redacted() + " is disabled; a person can enable it again");
            case ALIVE -> {}
        }
        sightings.used(secret, from);
        return new Authenticated(
                new Caller.ControlToken(issued.id(), token.publicId(), issued.projectSlug(), issued.scopes()), null);
    }

    private record SignedIn(Caller.Human human, SessionCredential credential, UserSession session) {}

    /**
     * Whose sign-in it is, if it is shown in the way it was made for. One that is not has left its browser or its program, and whoever
     * shows it may have taken it from there: it is ended.
     */
    private SignedIn bySession(String text, UserSession.Kind shownAs, Presented presented) {
        SessionCredential credential =
                SessionCredential.parse(text).orElseThrow(() -> unknown("the session is malformed; sign in again"));
        Optional<SignedIn> found = store.read(session -> signedIn(session, credential));
        SignedIn signedIn = found.orElseThrow(() -> unknown(
                hijacked.wasEnded(credential) ? HIJACKED : "the session is unknown or has ended; sign in again"));
        UserSession session = signedIn.session();
        if (session.wasLeftAlone(clock.now())) {
            throw unknown("session expired after inactivity; sign in again");
        }
        if (session.kind() != shownAs) {
            throw ended(signedIn, presented.from());
        }
        return signedIn;
    }

    private RefusedException ended(SignedIn signedIn, String from) {
        boolean ended = hijacked.end(signedIn.session(), signedIn.human().email(), from);
        return unknown(ended ? HIJACKED : "the session began in another browser or program; sign in again");
    }

    private Authenticated seen(SignedIn signedIn, Presented presented) {
        if (!presented.byItself()) {
            sightings.seen(signedIn.session());
        }
        return new Authenticated(signedIn.human(), signedIn.credential());
    }

    private Optional<SignedIn> signedIn(StoreSession store, SessionCredential credential) {
        UserSession session = store.users().findSession(credential.publicId()).orElse(null);
        if (session == null || !credential.matches(session.secret()) || session.hasExpired(clock.now())) {
            return Optional.empty();
        }
        User user = store.users().find(session.userId()).orElse(null);
        if (user == null) {
            return Optional.empty();
        }
        Caller.Human human = new Caller.Human(
                user.id(), user.email(), user.tenantOwner(), store.projects().rolesOf(user.id()));
        return Optional.of(new SignedIn(human, credential, session));
    }

    private Authenticated byCookie(String text, Presented presented) {
        SignedIn signedIn = bySession(text, UserSession.Kind.COOKIE, presented);
        if (!signedIn.session().userAgent().equals(UserSession.shortened(presented.userAgent()))) {
            // The name of a browser holds its version: an update of it costs its person a new sign-in.
            throw ended(signedIn, presented.from());
        }
        if (presented.changes()
                && !signedIn.credential()
                        .csrfToken()
                        .matches(presented.csrfToken().get())) {
            throw new RefusedException(
                    ErrorCode.CSRF_TOKEN_MISSING,
                    "the request lacks the session's CSRF token in the header " + CsrfToken.HEADER
                            + "; reload the page");
        }
        return seen(signedIn, presented);
    }

    private Authenticated byOperator(String text, String from) {
        // The address comes first, so that nobody from elsewhere can even try.
        if (!isLoopback(from)) {
            throw unknown("the operator credential works on the server's own machine only");
        }
        boolean genuine = OperatorCredential.parse(text)
                .filter(credential -> credential.matches(operator))
                .isPresent();
        if (!genuine) {
            throw unknown("the operator credential is not the one of this start; read it again from the data folder");
        }
        return new Authenticated(new Caller.Operator(), null);
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The credential of an Authorization header, null unless its scheme is Bearer. */
    public static @Nullable String bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? header.substring(SCHEME.length()).strip()
                : null;
    }

    private static RefusedException unknownToken(SdkToken token) {
        return unknown(token.redacted() + " is not known; make a token on the Tokens screen of the project");
    }

    private static RefusedException unknown(String message) {
        return new RefusedException(ErrorCode.INVALID_TOKEN, message);
    }
}
