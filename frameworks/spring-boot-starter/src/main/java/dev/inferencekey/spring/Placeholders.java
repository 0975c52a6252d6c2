package dev.inferencekey.spring;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what Spring leaves as it is when it binds properties: a placeholder, such as <code>${SUPPORT_BOT_KEY}</code>, for which there is no value. */
final class Placeholders {
    /** The innermost one, with or without a default. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([\\w.-]+)(?::[^{}]*)?}");

    private Placeholders() {}

    /** @throws StartupFailure if the value of this property still has one */
    static void requireResolved(String property, @Nullable String value) {
        if (value == null) {
            return;
        }
        Matcher placeholder = PLACEHOLDER.matcher(value);
        if (placeholder.find()) {
            throw StartupFailure.unsetPlaceholder(property, placeholder.group(1));
        }
    }
}
