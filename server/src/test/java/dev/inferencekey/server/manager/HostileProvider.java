package dev.inferencekey.server.manager;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider that does what it should, checks what it must, and can be told to lie. Its people need no password: {@link #answer}
 * is where a browser would sign in.
 */
final class HostileProvider implements AutoCloseable {
    static final String CLIENT_ID = "inferencekey";
    static final String CLIENT_SECRET = "s3cret-that-is-long-enough-for-a-mac-with-sha-256";

    /** Making a key takes a while. */
    private static final RSAKey KEY = key("key-1");

    private static final RSAKey SECOND_KEY = key("key-2");

    /** How an ID token is signed. */
    enum Signature {
        RIGHT,
        NONE,
        /** With the client secret, as if it were a key. */
        CLIENT_SECRET_AS_KEY,
        /** With the text of the public key, as if it were a secret. */
        PUBLIC_KEY_AS_SECRET,
        /** With a key of somebody else, under the right key's name. */
        OTHER_KEY,
        /** With a new key that is published from now on. */
        ROTATED
    }

    /** What is answered instead of what should be. */
    record Instead(
            int status,
            String contentType,
            String body,
            @Nullable String location) {
        Instead(int status, String body) {
            this(status, "application/json", body, null);
        }
    }

    private record Granted(Map<String, String> request) {}

    volatile Signature signature = Signature.RIGHT;
    volatile String subject = "sub-1";

    /** Claims of the ID token beside or instead of the right ones; null leaves one out. */
    final Map<String, @Nullable Object> claims = new LinkedHashMap<>();

    /** Claims that only the user info endpoint tells. */
    final Map<String, Object> userInfo = new LinkedHashMap<>();

    /** Fields of the discovery document beside or instead of the right ones; null leaves one out. */
    final Map<String, @Nullable Object> described = new LinkedHashMap<>();

    /** By path. */
    final Map<String, Instead> instead = new ConcurrentHashMap<>();

    /** How often each path was asked for. */
    final Map<String, Integer> asked = new ConcurrentHashMap<>();

    final String issuer;

    private final Map<String, Granted> codes = new ConcurrentHashMap<>();
    private final HttpServer server;

    HostileProvider() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
        claims.put("email", "ann@example.com");
        claims.put("email_verified", true);
    }

    /**
     * What a browser that was sent here comes back with, after its person signed in.
     *
     * @return the query of the callback
     */
    String answer(String authorizationUrl) {
        Map<String, String> request = form(URI.create(authorizationUrl).getRawQuery());
        require("code", request.get("response_type"));
        require(CLIENT_ID, request.get("client_id"));
        require("S256", request.get("code_challenge_method"));
        String code = "code-" + codes.size();
        codes.put(code, new Granted(request));
        return "code=" + code + "&state=" + request.get("state");
    }

    static String state(String authorizationUrl) {
        return String.valueOf(form(URI.create(authorizationUrl).getRawQuery()).get("state"));
    }

    int tokenRequests() {
        return asked.getOrDefault("/token", 0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.merge(path, 1, Integer::sum);
            Instead other = instead.get(path);
            if (other != null) {
                if (other.location() != null) {
                    exchange.getResponseHeaders().set("Location", other.location());
                }
                send(exchange, other.status(), other.contentType(), other.body());
                return;
            }
            switch (path) {
                case "/.well-known/openid-configuration" -> send(exchange, 200, "application/json", description());
                case "/jwks" ->
                    send(
                            exchange,
                            200,
                            "application/json",
                            new JWKSet(List.of((signature == Signature.ROTATED ? SECOND_KEY : KEY).toPublicJWK()))
                                    .toString());
                case "/token" -> token(exchange);
                case "/userinfo" -> {
                    require("Bearer access", exchange.getRequestHeaders().getFirst("Authorization"));
                    Map<String, Object> told = new LinkedHashMap<>(Map.of("sub", subject));
                    told.putAll(userInfo);
                    send(exchange, 200, "application/json", ApiClient.JSON.writeValueAsString(told));
                }
                default -> send(exchange, 404, "text/plain", "nothing here");
            }
        }
    }

    private String description() {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("issuer", issuer);
        document.put("authorization_endpoint", issuer + "/authorize");
        document.put("token_endpoint", issuer + "/token");
        document.put("userinfo_endpoint", issuer + "/userinfo");
        document.put("jwks_uri", issuer + "/jwks");
        document.put("response_types_supported", List.of("code"));
        document.put("subject_types_supported", List.of("public"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256", "HS256", "none"));
        document.put("code_challenge_methods_supported", List.of("S256"));
        merge(document, described);
        return ApiClient.JSON.writeValueAsString(document);
    }

    private void token(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> form = form(body);
        String basic = exchange.getRequestHeaders().getFirst("Authorization");
        boolean authenticated = basic == null
                ? CLIENT_SECRET.equals(form.get("client_secret")) && CLIENT_ID.equals(form.get("client_id"))
                : basic.equals("Basic "
                        + Base64.getEncoder()
                                .encodeToString((CLIENT_ID + ":" + CLIENT_SECRET).getBytes(StandardCharsets.UTF_8)));
        if (!authenticated) {
            send(exchange, 401, "application/json", "{\"error\":\"invalid_client\"}");
            return;
        }
        Granted granted = codes.remove(String.valueOf(form.get("code")));
        if (granted == null
                || !challenge(String.valueOf(form.get("code_verifier")))
                        .equals(granted.request().get("code_challenge"))
                || !String.valueOf(form.get("redirect_uri"))
                        .equals(granted.request().get("redirect_uri"))) {
            send(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
            return;
        }
        send(
                exchange,
                200,
                "application/json",
                ApiClient.JSON.writeValueAsString(Map.of(
                        "access_token",
                        "access",
                        "token_type",
                        "Bearer",
                        "id_token",
                        idToken(granted.request().get("nonce")).serialize())));
    }

    private JWT idToken(@Nullable String nonce) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("iss", issuer);
        all.put("sub", subject);
        all.put("aud", CLIENT_ID);
        all.put("nonce", nonce);
        all.put("iat", Instant.now().getEpochSecond());
        all.put("exp", Instant.now().getEpochSecond() + 300);
        merge(all, claims);
        JWTClaimsSet.Builder builder = new JWTClaimsSet.Builder();
        all.forEach((name, value) ->
                builder.claim(name, value instanceof Long seconds ? Date.from(Instant.ofEpochSecond(seconds)) : value));
        JWTClaimsSet set = builder.build();
        try {
            return switch (signature) {
                case NONE -> new PlainJWT(set);
                case CLIENT_SECRET_AS_KEY -> mac(set, CLIENT_SECRET.getBytes(StandardCharsets.UTF_8));
                case PUBLIC_KEY_AS_SECRET -> mac(set, KEY.toRSAPublicKey().getEncoded());
                case OTHER_KEY -> rsa(set, SECOND_KEY, KEY.getKeyID());
                case ROTATED -> rsa(set, SECOND_KEY, SECOND_KEY.getKeyID());
                case RIGHT -> rsa(set, KEY, KEY.getKeyID());
            };
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JWT rsa(JWTClaimsSet set, RSAKey key, String name) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(name).build(), set);
        jwt.sign(new RSASSASigner(key));
        return jwt;
    }

    private static JWT mac(JWTClaimsSet set, byte[] secret) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(KEY.getKeyID()).build(), set);
        jwt.sign(new MACSigner(secret));
        return jwt;
    }

    private static void merge(Map<String, @Nullable Object> right, Map<String, @Nullable Object> other) {
        other.forEach((name, value) -> {
            if (value == null) {
                right.remove(name);
            } else {
                right.put(name, value);
            }
        });
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> form(String text) {
        return Arrays.stream(text.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void require(String expected, @Nullable String actual) {
        if (!expected.equals(actual)) {
            throw new IllegalArgumentException("expected " + expected + ", got " + actual);
        }
    }

    private static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
