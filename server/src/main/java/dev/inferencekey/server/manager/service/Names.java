package dev.inferencekey.server.manager.service;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.domain.DisplayText;

/** Checks of the texts that people give to things. Stateless and thread-safe. */
public final class Names {
    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 200;

    private Names() {}

    /** A name for people: not blank, one line, and no credential in it. Comes back without surrounding blanks. */
    public static String name(String field, String text) {
        String name = text.strip();
        if (name.isEmpty()) {
            throw RefusedException.invalid(field, field + " must not be empty");
        }
        if (name.length() > MAX_LENGTH) {
            throw RefusedException.invalid(field, field + " must have at most " + MAX_LENGTH + " characters");
        }
        if (!DisplayText.isOneVisibleLine(name)) {
            throw RefusedException.invalid(
                    field,
                    field + " must be one line without control characters, invisible characters and marks that turn the"
                            + " direction of writing");
        }
        if (Redaction.startsLikeCredential(name) || Slug.hidesCredential(name)) {
            throw RefusedException.invalid(field, field + " must not hold a credential");
        }
        return name;
    }

    /** The canonical form of a slug that was sent or follows from a name. */
    public static String slug(String field, String text) {
        String slug = Slug.canonical(text);
        if (Slug.hidesCredential(text)) {
            throw RefusedException.invalid(field, field + " must not hold a credential");
        }
        if (slug.isEmpty()) {
            throw RefusedException.invalid(field, field + " holds no letter or digit that a slug can be made of");
        }
        if (slug.length() > Slug.MAX_LENGTH) {
            throw RefusedException.invalid(
                    field, field + " makes a slug of more than " + Slug.MAX_LENGTH + " characters; send a shorter one");
        }
        return slug;
    }
}
