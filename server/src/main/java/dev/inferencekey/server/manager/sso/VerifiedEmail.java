package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides whether a provider's claims prove that an e-mail address is the person's. Stateless and thread-safe. */
final class VerifiedEmail {
    /** Microsoft's never say {@code email_verified}; they say whether the address's domain is proven to be the tenant's. */
    private static final Set<String> MICROSOFT =
            Set.of("https://login.microsoftonline.com/", "https://login.microsoftonline.us/");

    private VerifiedEmail() {}

    /** The address in lower case, null unless there is a verified one. */
    static @Nullable String of(String issuer, Map<String, Object> claims) {
        if (!(claims.get("email") instanceof String email) || !isVerified(issuer, claims)) {
            return null;
        }
        // Lower case of some letters from elsewhere is plain a to z: such an address could pass for another.
        if (!email.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return null;
        }
        try {
            return Accounts.email("email", email);
        } catch (RefusedException e) {
            return null;
        }
    }

    private static boolean isVerified(String issuer, Map<String, Object> claims) {
        return isTrue(claims.get("email_verified"))
                || (MICROSOFT.stream().anyMatch(issuer::startsWith)
                        && !claims.containsKey("email_verified")
                        && (isTrue(claims.get("xms_edov")) || "1".equals(String.valueOf(claims.get("xms_edov")))));
    }

    /** Some providers write booleans as text. */
    private static boolean isTrue(@Nullable Object claim) {
        return Boolean.TRUE.equals(claim) || "true".equals(claim);
    }
}
