package dev.inferencekey.server.manager.sso;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.AuthorizedParty;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import dev.inferencekey.server.domain.JsonFields;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A provider as it describes itself, and what it is asked for. Immutable but for the cache of its keys; thread-safe; blocks.
 *
 * <p>Notes. What is believed is the signed ID token alone; the library checks its signature, issuer, audience, nonce and expiry (by the
 * machine's clock, give or take a minute). Only public-key signatures count: a token that is unsigned, or "signed" with the client
 * secret, comes from somebody else. Providers that keep the e-mail address out of the ID token are asked for it with the access token,
 * and must answer about the same subject.
 */
final class OpenIdProvider {
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);
    private static final int CLOCK_SKEW_SECONDS = 60;
    private static final Duration KEYS_KEPT = Duration.ofMinutes(15);
    private static final Duration KEYS_PATIENCE = Duration.ofSeconds(15);

    /** Unknown keys make us ask for the keys again, at most twice in this time: tokens of strangers must not make us a flood. */
    private static final Duration KEYS_PAUSE = Duration.ofSeconds(30);

    private final OIDCProviderMetadata metadata;
    private final ProviderHttp http;
    private final Set<JWSAlgorithm> algorithms;
    private final JWKSource<SecurityContext> keys;

    private OpenIdProvider(
            OIDCProviderMetadata metadata,
            ProviderHttp http,
            Set<JWSAlgorithm> algorithms,
            JWKSource<SecurityContext> keys) {
        this.metadata = metadata;
        this.http = http;
        this.algorithms = algorithms;
        this.keys = keys;
    }

    /**
     * Reads what the provider says of itself; {@code issuer} is in order.
     *
     * @throws SignOnFailure if it can't be asked, or is not one that can be used
     */
    static OpenIdProvider discover(String issuer, ProviderHttp http) {
        OIDCProviderMetadata metadata;
        try {
            URI document = OIDCProviderMetadata.resolveURL(new Issuer(issuer)).toURI();
            metadata = OIDCProviderMetadata.parse(http.get(document));
        } catch (IOException e) {
            throw SignOnFailure.away(String.valueOf(e.getMessage()));
        } catch (GeneralException | URISyntaxException e) {
            throw SignOnFailure.unfit("has no valid document at /.well-known/openid-configuration under its issuer");
        }
        if (!metadata.getIssuer().getValue().equals(issuer)) {
            throw SignOnFailure.unfit(
                    "calls itself \"" + JsonFields.show(metadata.getIssuer().getValue())
                            + "\", which is not the issuer that was entered; both must be the same to the letter");
        }
        URI self = URI.create(issuer);
        requireEndpoint("authorization_endpoint", metadata.getAuthorizationEndpointURI(), self);
        requireEndpoint("token_endpoint", metadata.getTokenEndpointURI(), self);
        requireEndpoint("jwks_uri", metadata.getJWKSetURI(), self);
        if (metadata.getUserInfoEndpointURI() != null) {
            requireEndpoint("userinfo_endpoint", metadata.getUserInfoEndpointURI(), self);
        }
        List<CodeChallengeMethod> challenges = metadata.getCodeChallengeMethods();
        if (challenges != null && !challenges.contains(CodeChallengeMethod.S256)) {
            throw SignOnFailure.unfit("does not take PKCE with S256");
        }
        Set<JWSAlgorithm> algorithms = new HashSet<>(ALGORITHMS);
        if (metadata.getIDTokenJWSAlgs() != null) {
            algorithms.retainAll(metadata.getIDTokenJWSAlgs());
        }
        if (algorithms.isEmpty()) {
            throw SignOnFailure.unfit("signs ID tokens with none of RS256 to RS512, PS256 to PS512 and ES256 to ES512");
        }
        return new OpenIdProvider(metadata, http, Set.copyOf(algorithms), keys(metadata.getJWKSetURI(), http));
    }

    private static void requireEndpoint(String name, @Nullable URI uri, URI issuer) {
        String problem = ProviderUrl.problemOfEndpoint(uri, issuer);
        if (problem != null) {
            throw SignOnFailure.unfit("names a " + name + " that can't be used: it " + problem);
        }
    }

    private static JWKSource<SecurityContext> keys(URI uri, ProviderHttp http) {
        try {
            return JWKSourceBuilder.create(uri.toURL(), http)
                    .cache(KEYS_KEPT.toMillis(), KEYS_PATIENCE.toMillis())
                    .refreshAheadCache(false)
                    .rateLimited(KEYS_PAUSE.toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw SignOnFailure.unfit("names a jwks_uri that is not a URL");
        }
    }

    /** Where the browser is sent. */
    URI authorizationUrl(PendingSignIn pending, String clientId) {
        return new AuthenticationRequest.Builder(
                        ResponseType.CODE, new Scope("openid", "email"), new ClientID(clientId), pending.redirectUri())
                .endpointURI(metadata.getAuthorizationEndpointURI())
                .state(new State(pending.state()))
                .nonce(new Nonce(pending.nonce()))
                .codeChallenge(new CodeVerifier(pending.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    /**
     * Refuses an answer that says it is another provider's (RFC 9207).
     *
     * @param iss null if the answer says nothing
     */
    void requireOwnAnswer(@Nullable String iss) {
        boolean own = iss == null
                ? !metadata.supportsAuthorizationResponseIssuerParam()
                : iss.equals(metadata.getIssuer().getValue());
        if (!own) {
            throw SignOnFailure.notVouchedFor(
                    "issuer", "the answer does not come from the provider that you were sent to; start again");
        }
    }

    /** Turns the code into a person. */
    Identified redeem(String code, PendingSignIn pending, String clientId, String clientSecret) {
        OIDCTokens tokens = tokens(code, pending, clientId, clientSecret);
        IDTokenClaimsSet claims = validated(tokens, pending, clientId);
        String issuer = metadata.getIssuer().getValue();
        String subject = claims.getSubject().getValue();
        Map<String, Object> known = claims.toJSONObject();
        if (!known.containsKey("email") && metadata.getUserInfoEndpointURI() != null) {
            known = userInfo(tokens, subject);
        }
        String email = VerifiedEmail.of(issuer, known);
        return new Identified(issuer, subject, email, email == null && known.containsKey("email"));
    }

    private OIDCTokens tokens(String code, PendingSignIn pending, String clientId, String clientSecret) {
        TokenRequest request = new TokenRequest.Builder(
                        metadata.getTokenEndpointURI(),
                        authentication(clientId, clientSecret),
                        new AuthorizationCodeGrant(
                                new AuthorizationCode(code),
                                pending.redirectUri(),
                                new CodeVerifier(pending.verifier())))
                .build();
        try {
            HTTPResponse answer = request.toHTTPRequest().send(http);
            if (answer.getStatusCode() >= 500) {
                throw SignOnFailure.away("answered the token request with status " + answer.getStatusCode());
            }
            TokenResponse response = OIDCTokenResponseParser.parse(answer);
            if (response instanceof OIDCTokenResponse success
                    && success.getOIDCTokens().getIDToken() != null) {
                return success.getOIDCTokens();
            }
            if (response.indicatesSuccess()) {
                throw SignOnFailure.unfit("gave no ID token; the client must be registered for OpenID Connect");
            }
            String error = response.toErrorResponse().getErrorObject().getCode();
            if (error == null) {
                throw SignOnFailure.away("answered the token request with status " + answer.getStatusCode());
            }
            if (error.equals("invalid_client") || error.equals("unauthorized_client")) {
                throw SignOnFailure.unfit("does not take the client id and secret that were entered");
            }
            throw SignOnFailure.notVouchedFor(
                    "code", "the sign-on provider did not take the code back: " + JsonFields.show(error));
        } catch (IOException e) {
            throw SignOnFailure.away(String.valueOf(e.getMessage()));
        } catch (ParseException e) {
            throw SignOnFailure.away("answered the token request with something that is no token response");
        }
    }

    private ClientAuthentication authentication(String clientId, String clientSecret) {
        ClientID id = new ClientID(clientId);
        Secret secret = new Secret(clientSecret);
        List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
        boolean post = methods != null
                && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        return post ? new ClientSecretPost(id, secret) : new ClientSecretBasic(id, secret);
    }

    private IDTokenClaimsSet validated(OIDCTokens tokens, PendingSignIn pending, String clientId) {
        IDTokenValidator validator = new IDTokenValidator(
                metadata.getIssuer(), new ClientID(clientId), new JWSVerificationKeySelector<>(algorithms, keys), null);
        validator.setMaxClockSkew(CLOCK_SKEW_SECONDS);
        try {
            IDTokenClaimsSet claims = validator.validate(tokens.getIDToken(), new Nonce(pending.nonce()));
            AuthorizedParty party = claims.getAuthorizedParty();
            if (party != null && !party.getValue().equals(clientId)) {
                // The library looks at it only beside several audiences.
                throw new BadJWTException("it was issued to another client");
            }
            return claims;
        } catch (BadJOSEException e) {
            throw SignOnFailure.notVouchedFor(
                    "token",
                    "the sign-on provider's token is not valid: " + JsonFields.show(String.valueOf(e.getMessage())));
        } catch (JOSEException e) {
            throw SignOnFailure.away(
                    e.getCause() instanceof ProviderHttp.ProviderAwayException away
                            ? String.valueOf(away.getMessage())
                            : "gave no keys that its token can be checked with");
        }
    }

    private Map<String, Object> userInfo(OIDCTokens tokens, String subject) {
        try {
            HTTPResponse answer = new UserInfoRequest(metadata.getUserInfoEndpointURI(), tokens.getAccessToken())
                    .toHTTPRequest()
                    .send(http);
            UserInfoResponse response = UserInfoResponse.parse(answer);
            // Without claims if they are signed or encrypted, which nobody asked for.
            UserInfo told =
                    response.indicatesSuccess() ? response.toSuccessResponse().getUserInfo() : null;
            if (told == null) {
                throw SignOnFailure.away("did not tell the e-mail address");
            }
            Map<String, Object> claims = told.toJSONObject();
            if (!subject.equals(claims.get("sub"))) {
                throw SignOnFailure.notVouchedFor("token", "the sign-on provider told of somebody else; start again");
            }
            return claims;
        } catch (IOException e) {
            throw SignOnFailure.away(String.valueOf(e.getMessage()));
        } catch (ParseException e) {
            throw SignOnFailure.away("told the e-mail address in a form that can't be read");
        }
    }
}
