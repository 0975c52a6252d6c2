package dev.inferencekey.quarkus.internal;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.SecretKeys;
import io.smallrye.config.SmallRyeConfig;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds settings whose variable is not set. Quarkus takes an optional setting of that kind for absent: the application would go to another server,
 * or be told that it has no key although its settings name one.
 */
final class Placeholders {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}:$]+)");

    private Placeholders() {}

    /** @throws StartupFailure that names the setting and the variable */
    static void requireReplaced(SmallRyeConfig config) {
        // Locked, secrets are not even named.
        SecretKeys.doUnlocked(() -> new TreeSet<>(names(config)).forEach(name -> requireReplaced(config, name)));
    }

    private static Set<String> names(SmallRyeConfig config) {
        Set<String> names = new HashSet<>();
        for (String name : config.getLatestPropertyNames()) {
            if (name.startsWith("inferencekey.")) {
                names.add(name);
            }
        }
        return names;
    }

    private static void requireReplaced(SmallRyeConfig config, String name) {
        ConfigValue value = config.getConfigValue(name);
        if (value.getValue() == null && value.getRawValue() != null) {
            Matcher variable = VARIABLE.matcher(value.getRawValue());
            if (variable.find()) {
                throw StartupFailure.notSet(name, variable.group(1));
            }
        }
    }
}
