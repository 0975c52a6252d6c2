package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.manager.service.Names;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an owner enters for single sign-on, found in order and in its one form. Messages name the fields as the API does.
 *
 * @param clientSecret null to keep the present one
 * @param buttonText null for {@value #DEFAULT_BUTTON_TEXT}
 */
public record SignOnRequest(
        String issuer,
        String clientId,
        @Nullable String clientSecret,
        List<String> allowedDomains,
        boolean opensAccounts,
        String buttonText) {
    /** The longest of issuer, client id and client secret, in characters. */
    public static final int MAX_LENGTH = 512;

    /** The longest text of a button, in characters. */
    public static final int MAX_BUTTON_LENGTH = 60;

    /** The most domains. */
    public static final int MAX_DOMAINS = 50;

    /** The longest domain, in characters. */
    public static final int MAX_DOMAIN_LENGTH = 253;

    /** What the button says unless told otherwise. */
    public static final String DEFAULT_BUTTON_TEXT = "Single sign-on";

    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    public SignOnRequest {
        issuer = printable("issuer", issuer);
        String problem = ProviderUrl.problemOfIssuer(issuer);
        if (problem != null) {
            throw RefusedException.invalid("issuer", "issuer " + problem);
        }
        clientId = printable("client_id", clientId);
        clientSecret = clientSecret == null ? null : printable("client_secret", clientSecret);
        if (allowedDomains.size() > MAX_DOMAINS) {
            throw RefusedException.invalid(
                    "allowed_domains", "allowed_domains must have at most " + MAX_DOMAINS + " entries");
        }
        allowedDomains = allowedDomains.stream()
                .map(SignOnRequest::domain)
                .distinct()
                .sorted()
                .toList();
        if (opensAccounts && allowedDomains.isEmpty()) {
            throw RefusedException.invalid(
                    "opens_accounts",
                    "opens_accounts needs allowed_domains: else everyone whom the provider knows would get an account");
        }
        buttonText = Names.name("button_text", buttonText);
        if (buttonText.length() > MAX_BUTTON_LENGTH) {
            throw RefusedException.invalid(
                    "button_text", "button_text must have at most " + MAX_BUTTON_LENGTH + " characters");
        }
    }

    private static String printable(String field, String text) {
        String value = text.strip();
        if (value.isEmpty() || value.length() > MAX_LENGTH || !value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw RefusedException.invalid(
                    field, field + " must be 1 to " + MAX_LENGTH + " printable ASCII characters");
        }
        return value;
    }

    private static String domain(String text) {
        String domain = text.strip().toLowerCase(Locale.ROOT);
        String bare = domain.startsWith("@") ? domain.substring(1) : domain;
        if (bare.length() > MAX_DOMAIN_LENGTH || !DOMAIN.matcher(bare).matches()) {
            throw RefusedException.invalid(
                    "allowed_domains", "allowed_domains must be domains like example.com, without wildcards");
        }
        return bare;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "SignOnRequest[" + issuer + ", " + clientId + "]";
    }
}
