package dev.inferencekey.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Gives a context the address, the project and one credential of a platform, before all other sources: an application is tested with the
 * endpoints that it declares, and not with the keys of the machine that runs the test. Equal for the same platform, so that Spring reuses
 * contexts.
 */
record SpringConnection(InferenceKeyPlatform platform, boolean sdkToken) implements ContextCustomizer {
    private static final String ENDPOINTS = "inferencekey.endpoints";

    /** What an application says of an endpoint. */
    record DeclaredEndpoint(
            @Nullable String workload,
            @Nullable String project,
            @Nullable String apiKey) {}

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        ConfigurableEnvironment environment = context.getEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("inferencekey testkit", properties(Binder.get(environment))));
    }

    /** Blank counts as absent in the starter; a source can't remove what another one has. */
    private Map<String, Object> properties(Binder declared) {
        boolean both = declared.bind("inferencekey.allow-both-credentials", Boolean.class)
                .orElse(false);
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("inferencekey.base-url", platform.baseUrl());
        properties.put("inferencekey.project", platform.project());
        properties.put("inferencekey.api-key", sdkToken && !both ? "" : platform.apiKey());
        properties.put("inferencekey.sdk-token", sdkToken ? platform.sdkToken() : "");
        declared.bind(ENDPOINTS, Bindable.mapOf(String.class, DeclaredEndpoint.class))
                .orElse(Map.of())
                .forEach((name, endpoint) -> {
                    String prefix = ENDPOINTS
                            + (ConfigurationPropertyName.isValid(ENDPOINTS + "." + name)
                                    ? "." + name
                                    : "[" + name + "]");
                    if (endpoint.project() != null) {
                        properties.put(prefix + ".project", platform.project());
                    }
                    if (endpoint.apiKey() != null) {
                        properties.put(prefix + ".api-key", "");
                    }
                });
        return properties;
    }
}
