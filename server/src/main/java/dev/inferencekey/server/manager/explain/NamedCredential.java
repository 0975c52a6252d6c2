package dev.inferencekey.server.manager.explain;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A credential by its public id. Holds no more of it, whatever was pasted.
 *
 * @param kind null if it was not said which
 * @param publicId 8 lower-case hex digits
 */
public record NamedCredential(@Nullable Kind kind, String publicId) {
    /** The two kinds that are minted. */
    public enum Kind {
        KEY,
        TOKEN
    }

    private static final int MAX_LENGTH = 400;

    /** What follows a public id is a redacted form's dots, or a secret, and is left. */
    private static final Pattern FORM =
            Pattern.compile("(?:Bearer +)?(?:ik_(live|sdk)_)?([0-9a-f]{8})(?![0-9a-zA-Z]).*", Pattern.DOTALL);

    /**
     * Reads 8 hex digits, a redacted credential such as {@code ik_live_a1b2c3d4…}, or a whole one.
     *
     * @throws InvalidFieldException for {@code field}; what was sent is not quoted
     */
    public static NamedCredential parse(String field, String text) {
        Matcher form = FORM.matcher(text.strip());
        if (text.length() > MAX_LENGTH || !form.matches()) {
            throw new InvalidFieldException(
                    field, field + " must be the 8 hex digits of a credential, or its redacted form ik_live_a1b2c3d4…");
        }
        String kind = form.group(1);
        return new NamedCredential(
                kind == null ? null : kind.equals("live") ? Kind.KEY : Kind.TOKEN, String.valueOf(form.group(2)));
    }
}
