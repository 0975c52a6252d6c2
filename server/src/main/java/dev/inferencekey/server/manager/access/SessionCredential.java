package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What a signed-in person shows: {@code ik_session_<8 hex>_<64 hex>}. {@code toString} is redacted; only {@link #reveal} gives the full
 * text. Immutable and thread-safe.
 */
public final class SessionCredential {
    /** What every such credential starts with. */
    public static final String PREFIX = "ik_session_";

    /** The cookie that browsers keep it in. */
    public static final String COOKIE = "ik_session";

    private final PrivateCredential text;

    private SessionCredential(PrivateCredential text) {
        this.text = text;
    }

    /** Reads a credential; empty unless {@code text} is exactly one. */
    public static Optional<SessionCredential> parse(String text) {
        return Optional.ofNullable(PrivateCredential.parse(PREFIX, text)).map(SessionCredential::new);
    }

    /** What the cookie holds, as the values of the header {@code Cookie} have it; empty without one. */
    public static Optional<String> inCookies(List<String> headers) {
        String name = COOKIE + "=";
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(pair -> pair.startsWith(name))
                .map(pair -> pair.substring(name.length()))
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /** Makes a new one; {@code random} must be cryptographically strong. */
    public static SessionCredential mint(RandomGenerator random) {
        return new SessionCredential(PrivateCredential.mint(PREFIX, random));
    }

    /** The half that is safe to log. */
    public String publicId() {
        return text.publicId;
    }

    /** What the platform keeps of the secret half. */
    public SecretDigest digest() {
        return text.digest();
    }

    /** Compares in constant time. */
    public boolean matches(SecretDigest digest) {
        return text.matches(digest);
    }

    /** What browsers with this session echo. */
    public CsrfToken csrfToken() {
        return new CsrfToken(text.derived("csrf"));
    }

    /** The full text, for the one showing. */
    public String reveal() {
        return text.reveal();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
