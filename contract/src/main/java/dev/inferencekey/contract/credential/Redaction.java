package dev.inferencekey.contract.credential;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps credentials out of everything that is read by someone else. Stateless and thread-safe.
 *
 * <p>Two questions are answered here: how to show a credential ({@link #redact}), and whether free text carries one ({@link
 * #scrub}, {@link #carriesCredential}).
 */
public final class Redaction {
    /**
     * The published expression for secret scanners, {@code \bik_(sdk|live)_[0-9a-f]{8}_[0-9a-f]{64}\b}. Its word boundaries
     * are spelled out as ASCII, because {@code \b} takes letters beyond ASCII for word characters on some versions of Java and
     * not on others, and client and server must refuse the same texts.
     */
    public static final Pattern CREDENTIAL =
            Pattern.compile("(?<![0-9A-Za-z_])ik_(sdk|live)_[0-9a-f]{8}_[0-9a-f]{64}(?![0-9A-Za-z_])");

    /**
     * A full credential with hyphens for underscores, in part or throughout: what is left of one that was given as a slug. All of its
     * secret is there.
     */
    private static final Pattern HYPHENATED = Pattern.compile("(?<![0-9A-Za-z])"
            + "(?:ik-(?:sdk|live)[-_][0-9a-f]{8}[-_]|ik_(?:sdk|live)-[0-9a-f]{8}[-_]|ik_(?:sdk|live)_[0-9a-f]{8}-)"
            + "[0-9a-f]{64}(?![0-9A-Za-z])");

    /**
     * Wider than {@link #CREDENTIAL}: also cut-off, upper-case, over-long or wrongly divided look-alikes, and the product's
     * other secrets (sessions, invitations, the operator credential). What might be a secret is hidden; only what surely is one is refused.
     * Eight digits alone are a public id and may be seen.
     */
    private static final Pattern SUSPICIOUS = Pattern.compile(
            "ik_(?:sdk|live|session|operator|invite)_[0-9a-f_]{9,}+"
                    + "|ik[-_](?:sdk|live|session|operator|invite)[-_][0-9a-f]{8}[-_][0-9a-f]{8,}+",
            Pattern.CASE_INSENSITIVE);

    /** What stands between the scheme and the host of an address: a user name, and often a password. */
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^\\s/?#@\"'<>]++(?=@)");

    private static final String UNREADABLE = "ik…";
    private static final String HIDDEN = "…";

    private Redaction() {}

    /** {@code ik_sdk_a1b2c3d4…} for a credential, {@code ik…} for anything that does not parse as one. */
    public static String redact(@Nullable String credential) {
        if (credential == null) {
            return UNREADABLE;
        }
        Optional<String> shown = SdkToken.parse(credential)
                .map(SdkToken::redacted)
                .or(() -> LiveKey.parse(credential).map(LiveKey::redacted));
        return shown.orElse(UNREADABLE);
    }

    /** The text with every credential in it, whole or cut off, redacted, and without the user names and passwords of its addresses. */
    public static String scrub(String text) {
        String scrubbed = SUSPICIOUS.matcher(text).replaceAll(match -> Matcher.quoteReplacement(redact(match.group())));
        return scrubbed.indexOf('@') < 0
                ? scrubbed
                : USER_INFO.matcher(scrubbed).replaceAll(HIDDEN);
    }

    /**
     * What somebody gave as an address, to be shown in a message: as {@link #scrub}, and without anything in front of an {@code @},
     * for it may be a password even where the text is no address at all.
     */
    public static String scrubAddress(String text) {
        int at = text.lastIndexOf('@');
        if (at < 0) {
            return scrub(text);
        }
        int scheme = text.indexOf("://");
        String before = scheme >= 0 && scheme < at ? text.substring(0, scheme + 3) : "";
        return scrub(before + HIDDEN + text.substring(at));
    }

    /** Whether a full credential appears anywhere in the text, as it is or in the form that it has as a slug. */
    public static boolean carriesCredential(String text) {
        return CREDENTIAL.matcher(text).find() || HYPHENATED.matcher(text).find();
    }

    /** Whether the text starts like a credential, complete or not. */
    public static boolean startsLikeCredential(String text) {
        return text.startsWith(SdkToken.PREFIX) || text.startsWith(LiveKey.PREFIX);
    }
}
