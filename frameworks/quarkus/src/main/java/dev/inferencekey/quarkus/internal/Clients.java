package dev.inferencekey.quarkus.internal;

import dev.inferencekey.ClientBuilder;
import dev.inferencekey.ConfigurationException;
import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.EndpointRef;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.quarkus.DataClientCustomizer;
import dev.inferencekey.quarkus.Endpoints;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import dev.inferencekey.quarkus.InferenceKeyConfig.EndpointSettings;
import dev.inferencekey.quarkus.ManagementClientCustomizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Makes clients and endpoints of settings. The clients do not read environment variables themselves: Quarkus does, in its order of sources, so
 * that one place decides. Stateless.
 */
final class Clients {
    private Clients() {}

    /** @throws StartupFailure if there is no SDK token, or a setting can't be right */
    static ManagementClient management(InferenceKeyConfig config, List<ManagementClientCustomizer> customizers) {
        Connection connection = new Connection(config);
        if (connection.sdkToken() == null) {
            throw StartupFailure.noSdkToken("A ManagementClient is asked for");
        }
        return created("The ManagementClient", () -> {
            ManagementClient.Builder builder = configured(ManagementClient.builder(), config, connection)
                    .token(connection.sdkToken())
                    .timeout(config.management().timeout());
            customizers.forEach(customizer -> customizer.customize(builder));
            return builder.build();
        });
    }

    /** @throws StartupFailure if a setting can't be right */
    static DataClient data(InferenceKeyConfig config, List<DataClientCustomizer> customizers) {
        Connection connection = new Connection(config);
        return created("The DataClient", () -> {
            DataClient.Builder builder = configured(DataClient.builder(), config, connection)
                    .apiKey(connection.apiKey())
                    .timeout(config.data().timeout())
                    .streamIdleTimeout(config.data().streamIdleTimeout())
                    .retryInference(config.data().retryInference())
                    .maxWait(config.data().maxWait().orElse(null));
            customizers.forEach(customizer -> customizer.customize(builder));
            return builder.build();
        });
    }

    /** @throws StartupFailure if one lacks a key or a project */
    static Endpoints endpoints(InferenceKeyConfig config, DataClient data) {
        Map<String, Endpoint> endpoints = new HashMap<>();
        config.endpoints().forEach((name, settings) -> endpoints.put(name, endpoint(name, settings, data)));
        return new Endpoints(endpoints);
    }

    private static Endpoint endpoint(String name, EndpointSettings settings, DataClient data) {
        String workload = Connection.present(settings.workload());
        String project = Connection.present(settings.project());
        String key = Connection.secret(settings.apiKey());
        String slug = workload == null ? name : workload;
        return created("Endpoint \"" + name + "\"", () -> {
            // The client, which may be the application's own, knows whether it has a default key and a project. With a
            // project given, only
            // the key can be missing.
            EndpointRef ref = new EndpointRef(project == null ? "any" : project, slug);
            Endpoint endpoint = orElse(() -> data.endpoint(ref, key), () -> StartupFailure.noApiKey(name));
            return project == null
                    ? orElse(() -> data.endpoint(slug, key), () -> StartupFailure.noProject(name))
                    : endpoint;
        });
    }

    private static <T> T orElse(Supplier<T> creation, Supplier<StartupFailure> failure) {
        try {
            return creation.get();
        } catch (ConfigurationException e) {
            throw failure.get();
        }
    }

    private static <B extends ClientBuilder<B>> B configured(
            B builder, InferenceKeyConfig config, Connection connection) {
        long largest = config.maxResponseSize().asLongValue();
        return builder.environment(Map.of())
                .baseUrl(connection.baseUrl())
                .project(connection.project())
                .connectTimeout(config.connectTimeout())
                .retryFor(config.retryFor())
                .maxResponseBytes((int) Math.min(Integer.MAX_VALUE, largest));
    }

    private static <T> T created(String what, Supplier<T> creation) {
        try {
            return creation.get();
        } catch (InferenceKeyException e) {
            throw StartupFailure.setting(what, e);
        }
    }
}
