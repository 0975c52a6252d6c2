package dev.inferencekey.server.domain.workload;

import java.util.regex.Pattern;

/** The names of upstream secrets, which {@code config.secret_ref} refers to. Stateless and thread-safe. */
public final class SecretName {
    /** What {@link #isValid} asks for, for messages. */
    public static final String RULE =
            "1 to 128 letters, digits, dots, dashes and underscores, beginning with a letter or digit";

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private SecretName() {}

    public static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }
}
