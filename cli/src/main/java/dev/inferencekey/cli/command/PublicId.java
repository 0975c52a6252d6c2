package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.UsageException;
import java.util.regex.Pattern;

/** The public id of a sign-in or an invitation, as people type one. Stateless and thread-safe. */
public final class PublicId {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}");

    private PublicId() {}

    /**
     * The id, if it is one: what else is typed here is likely a whole link or session, which must go into no address.
     *
     * @param list the command that shows ids
     */
    public static String require(String text, String list) {
        if (!FORM.matcher(text).matches()) {
            throw new UsageException("that is no id: an id has 8 digits, as `" + list + "` shows them");
        }
        return text;
    }
}
