package dev.inferencekey.server.domain.signon;

import java.time.Instant;
import java.util.List;

/**
 * The OpenID provider that people may sign in through, without the client secret.
 *
 * @param issuer exactly as the provider writes it in its tokens
 * @param allowedDomains what the part of an e-mail address after the {@code @} must be, in lower case; empty for any
 * @param opensAccounts whether people of these domains whom nobody invited get an account; never true without domains
 * @param buttonText what the sign-in page writes on the button
 */
public record SignOnSettings(
        String issuer,
        String clientId,
        List<String> allowedDomains,
        boolean opensAccounts,
        String buttonText,
        Instant updatedAt) {
    public SignOnSettings {
        allowedDomains = List.copyOf(allowedDomains);
        if (opensAccounts && allowedDomains.isEmpty()) {
            throw new IllegalArgumentException("accounts for everyone whom the provider knows are never wanted");
        }
    }

    /** Whether people with this address, in lower case, may sign in. */
    public boolean allows(String email) {
        return allowedDomains.isEmpty() || allowedDomains.contains(email.substring(email.lastIndexOf('@') + 1));
    }
}
