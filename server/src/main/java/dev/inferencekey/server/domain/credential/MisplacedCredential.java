package dev.inferencekey.server.domain.credential;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A credential that was shown on the plane where it does not belong: enough of it to say later whether it was a real one. A public id
 * alone proves nothing, since logs and screens show it. Immutable and thread-safe.
 *
 * @param display redacted
 * @param publicId null if it can't be read as a credential
 * @param digest of the secret that was shown; null as well then
 */
public record MisplacedCredential(
        String display, @Nullable String publicId, @Nullable SecretDigest digest) {
    private static final MisplacedCredential UNREADABLE = new MisplacedCredential("ik…", null, null);

    /** Reads what was shown, whichever plane it is of. */
    public static MisplacedCredential of(String shown) {
        return SdkToken.parse(shown)
                .map(token -> new MisplacedCredential(
                        token.redacted(), token.publicId(), SecretDigest.of(token.secretSha256())))
                .or(() -> LiveKey.parse(shown)
                        .map(key -> new MisplacedCredential(
                                key.redacted(), key.publicId(), SecretDigest.of(key.secretSha256()))))
                .orElse(UNREADABLE);
    }

    /** One that can't be read, or one of too many to tell apart. */
    public static MisplacedCredential unreadable() {
        return UNREADABLE;
    }

    /** Whether the secret that was shown is this one, and not just its public id. */
    public boolean proves(Optional<CredentialSecret> known) {
        return digest != null
                && known.filter(secret -> secret.digest().equals(digest)).isPresent();
    }
}
