package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.Slug;
import java.nio.charset.StandardCharsets;

/** Names on their way into an address. */
final class Slugs {
    private static final String UNRESERVED = "-._~";
    private static final int MAX_PROJECT_LENGTH = 200;

    private Slugs() {}

    /** The canonical slug of a workload. */
    static String workload(String text) {
        if (text.isBlank()) {
            throw new ValidationException("slug must not be empty");
        }
        refuseCredential(text, "workload slug");
        String slug = Slug.canonical(text);
        if (slug.isEmpty()) {
            throw new ValidationException("slug must contain a letter a-z or a digit");
        }
        if (slug.length() > Slug.MAX_LENGTH) {
            throw new ValidationException("slug must not be longer than " + Slug.MAX_LENGTH + " characters");
        }
        return slug;
    }

    /** Checks that a text can be a project's slug or id. Ids have signs that slugs have not, so it is not made canonical. */
    static void requireProject(String text) {
        refuseCredential(text, "project");
        boolean dots = text.chars().allMatch(c -> c == '.');
        boolean readable = text.chars().noneMatch(c -> c <= ' ' || c == '/' || c == '\\' || c == 0x7f);
        if (text.isEmpty() || dots || !readable || text.length() > MAX_PROJECT_LENGTH) {
            throw new ConfigurationException("the project must be its slug, such as acme");
        }
    }

    /** One segment of a path, percent-encoded. */
    static String segment(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || UNRESERVED.indexOf(c) >= 0;
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(String.format("%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    /** Addresses end up in access logs, so arguments given in the wrong order must not get that far. */
    static void refuseCredential(String text, String what) {
        if (Redaction.startsLikeCredential(text.strip()) || Slug.hidesCredential(text)) {
            throw new ConfigurationException("a credential was given where a " + what + " is due");
        }
    }
}
