package dev.inferencekey.quarkus.internal;

import dev.inferencekey.quarkus.InferenceKeyConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Settings as an application has them. */
final class Settings {
    static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static final String TOKEN = "ik_sdk_a1b2c3d4_" + SECRET;
    static final String KEY = "ik_live_a1b2c3d4_" + SECRET;

    private final Map<String, String> properties = new TreeMap<>();

    static Settings of(String... properties) {
        Settings settings = new Settings();
        for (String property : properties) {
            int end = property.indexOf('=');
            settings.properties.put(property.substring(0, end), property.substring(end + 1));
        }
        return settings;
    }

    InferenceKeyConfig config() {
        return config(Map.of());
    }

    InferenceKeyConfig config(Map<String, String> variables) {
        return sources(variables).getConfigMapping(InferenceKeyConfig.class);
    }

    SmallRyeConfig sources(Map<String, String> variables) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(
                        new PropertiesConfigSource(properties, "application.properties", 250),
                        new EnvConfigSource(variables, 300))
                .withConverter(Duration.class, 200, new DurationConverter())
                .withConverter(MemorySize.class, 200, new MemorySizeConverter())
                .withMapping(InferenceKeyConfig.class)
                .build();
    }
}
