package dev.inferencekey.contract.workload;

import dev.inferencekey.contract.credential.Redaction;

/** The canonical form of slugs, the identity of projects and workloads. Stateless and thread-safe. */
public final class Slug {
    /** Longest slug accepted, in characters. Long enough for any model name, short enough for a path segment. */
    public static final int MAX_LENGTH = 128;

    private Slug() {}

    /**
     * Lower-case ASCII letters and digits; every run of other characters becomes one {@code -}; none leads or trails. {@code
     * "Gemma 4 26B (llama.cpp) on R9700"} becomes {@code gemma-4-26b-llama-cpp-on-r9700}.
     *
     * @return the canonical form, empty if nothing of the text can be kept
     */
    public static String canonical(String text) {
        StringBuilder slug = new StringBuilder(text.length());
        boolean gap = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                c = (char) (c + ('a' - 'A'));
            }
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
                if (gap && !slug.isEmpty()) {
                    slug.append('-');
                }
                gap = false;
                slug.append(c);
            } else {
                gap = true;
            }
        }
        return slug.toString();
    }

    /** Whether a full credential is in the text, or would be in the slug that is made of it. */
    public static boolean hidesCredential(String text) {
        return Redaction.carriesCredential(text) || Redaction.carriesCredential(canonical(text));
    }

    /** Whether the text already is a canonical slug of an accepted length. */
    public static boolean isCanonical(String text) {
        return !text.isEmpty() && text.length() <= MAX_LENGTH && canonical(text).equals(text);
    }
}
