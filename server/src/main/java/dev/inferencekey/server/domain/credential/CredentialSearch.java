package dev.inferencekey.server.domain.credential;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.domain.InvalidFieldException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What people type or paste to find a credential, reduced to what may be kept: of a whole credential, its public id is left. A credential
 * is found if any part of this fits it; at least one is there.
 *
 * @param namePrefix the start of its name, the letters A to Z in lower case
 * @param publicIdPrefix the start of one of its public ids: {@value #MIN_DIGITS} to 8 lower-case hex digits
 * @param id its id
 */
public record CredentialSearch(
        @Nullable String namePrefix,
        @Nullable String publicIdPrefix,
        @Nullable String id) {
    /** The fewest digits of a public id that are searched for: with fewer, every sixteenth credential would be found. */
    public static final int MIN_DIGITS = 4;

    /** The longest text that is read, in characters. */
    public static final int MAX_LENGTH = 400;

    /** The longest name there is, in characters. */
    private static final int MAX_NAME = 200;

    private static final Pattern START_OF_PUBLIC_ID = Pattern.compile("[0-9a-f]{" + MIN_DIGITS + ",8}");
    private static final Pattern ID = Pattern.compile("(?:key|tok)_[0-9a-z]{1,64}");

    /** A secret's digits behind a public id, or alone, whole or nearly. */
    private static final Pattern SECRET = Pattern.compile("([0-9a-f]{8})_[0-9a-f]{9,}|[0-9a-f]{56,}");

    public CredentialSearch {
        if (namePrefix == null && publicIdPrefix == null && id == null) {
            throw new IllegalArgumentException("a search looks for something");
        }
    }

    /** Looks for API keys. See {@link #of}. */
    public static @Nullable CredentialSearch ofKeys(String field, String text) {
        return of(field, text, LiveKey.PREFIX, SdkToken.PREFIX, "an SDK token's; look for it among the tokens");
    }

    /** Looks for SDK tokens. See {@link #of}. */
    public static @Nullable CredentialSearch ofTokens(String field, String text) {
        return of(field, text, SdkToken.PREFIX, LiveKey.PREFIX, "an API key's; look for it among the keys");
    }

    /**
     * Reads a text of any kind: the start of a name, of a public id, an id, a redacted or a whole credential, also inside a longer text
     * such as a header. Null for a blank one. What is refused is never quoted.
     *
     * @throws InvalidFieldException for {@code field}, if the text is too long, of the other kind, or holds a secret that can't be reduced
     */
    private static @Nullable CredentialSearch of(
            String field, String text, String prefix, String otherPrefix, String otherKind) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            return null;
        }
        if (stripped.length() > MAX_LENGTH) {
            throw new InvalidFieldException(field, field + " must have at most " + MAX_LENGTH + " characters");
        }
        String lower = lower(stripped);
        int credential = lower.indexOf(prefix);
        if (credential >= 0) {
            return ofPublicId(field, lower.substring(credential + prefix.length()), prefix);
        }
        if (lower.contains(otherPrefix)) {
            throw new InvalidFieldException(field, field + " is " + otherKind);
        }
        if (!Redaction.scrub(stripped).equals(stripped)) {
            throw new InvalidFieldException(field, field + " must not hold a credential of another kind");
        }
        Matcher secret = SECRET.matcher(lower);
        if (secret.find()) {
            String publicId = secret.group(1);
            if (publicId == null) {
                throw new InvalidFieldException(
                        field, field + " looks like the secret part of a credential; look for its 8 public digits");
            }
            return new CredentialSearch(null, publicId, null);
        }
        boolean digits = START_OF_PUBLIC_ID.matcher(lower).matches();
        String id = ID.matcher(lower).matches() ? lower : null;
        if (lower.length() > MAX_NAME) {
            throw new InvalidFieldException(
                    field, field + " must have at most " + MAX_NAME + " characters: no name is longer");
        }
        return new CredentialSearch(lower, digits ? lower : null, id);
    }

    private static CredentialSearch ofPublicId(String field, String rest, String prefix) {
        int digits = 0;
        while (digits < 8 && digits < rest.length() && Character.digit(rest.charAt(digits), 16) >= 0) {
            digits++;
        }
        if (digits < MIN_DIGITS) {
            throw new InvalidFieldException(
                    field, field + " must go on with at least " + MIN_DIGITS + " hex digits after " + prefix);
        }
        return new CredentialSearch(null, rest.substring(0, digits), null);
    }

    /** A text that finds the same and holds no secret. */
    public String text() {
        return namePrefix != null ? namePrefix : publicIdPrefix != null ? publicIdPrefix : String.valueOf(id);
    }

    /** Whether any part of this fits a credential with this id, name and secrets. */
    public boolean finds(String credentialId, String name, Iterable<CredentialSecret> secrets) {
        if (credentialId.equals(id) || (namePrefix != null && lower(name).startsWith(namePrefix))) {
            return true;
        }
        if (publicIdPrefix != null) {
            for (CredentialSecret secret : secrets) {
                if (secret.publicId().startsWith(publicIdPrefix)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A to Z alone, as the stores do it: their index of names must agree with this whatever the language. */
    private static String lower(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        return lower.toString();
    }
}
