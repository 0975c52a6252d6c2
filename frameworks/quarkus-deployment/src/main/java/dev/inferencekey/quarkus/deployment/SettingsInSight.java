package dev.inferencekey.quarkus.deployment;

import io.smallrye.config.SecretKeys;
import io.smallrye.config.SmallRyeConfig;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/** The settings that an application has while it is built; where it runs later, there may be others. Immutable. */
final class SettingsInSight {
    private static final String ENDPOINTS = "inferencekey.endpoints.";

    private final SmallRyeConfig config;
    private final Set<String> names;

    SettingsInSight(SmallRyeConfig config) {
        this.config = config;
        // Locked, secrets are not even named.
        this.names = SecretKeys.doUnlocked(
                () -> StreamSupport.stream(config.getLatestPropertyNames().spliterator(), false)
                        .filter(name -> name.startsWith("inferencekey."))
                        .collect(TreeSet::new, TreeSet::add, TreeSet::addAll));
    }

    boolean has(String name) {
        return names.contains(name);
    }

    boolean isTrue(String name) {
        return config.getOptionalValue(name, Boolean.class).orElse(false);
    }

    /** Slugs of workloads by the names of their endpoints, as settings have these: in quotes where they have a dot. */
    Map<String, String> endpoints() {
        Map<String, String> workloads = new TreeMap<>();
        for (String setting : names) {
            if (setting.startsWith(ENDPOINTS)) {
                String name = firstPart(setting.substring(ENDPOINTS.length()));
                workloads.put(
                        name,
                        config.getOptionalValue(ENDPOINTS + name + ".workload", String.class)
                                .orElseGet(() -> name.replace("\"", "")));
            }
        }
        return workloads;
    }

    private static String firstPart(String rest) {
        int end = rest.startsWith("\"") ? rest.indexOf('"', 1) + 1 : rest.indexOf('.');
        return end <= 0 ? rest : rest.substring(0, end);
    }
}
