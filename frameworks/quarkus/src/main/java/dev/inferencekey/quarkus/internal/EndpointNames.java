package dev.inferencekey.quarkus.internal;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** How the name at an injection point finds the one of the settings. */
final class EndpointNames {
    private EndpointNames() {}

    /** The name itself; else the one that is it in camel case, so that {@code @Named Endpoint supportBot} finds {@code support-bot}. */
    static Optional<String> find(String asked, Collection<String> configured) {
        return configured.contains(asked)
                ? Optional.of(asked)
                : configured.stream()
                        .filter(name -> camelCase(name).equals(asked))
                        .findFirst();
    }

    private static String camelCase(String name) {
        StringBuilder joined = new StringBuilder(name.length());
        for (String word : name.split("[-_.]+")) {
            joined.append(
                    joined.isEmpty() || word.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return joined.toString();
    }
}
