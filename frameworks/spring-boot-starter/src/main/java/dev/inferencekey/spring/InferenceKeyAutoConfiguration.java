package dev.inferencekey.spring;

import dev.inferencekey.ClientBuilder;
import dev.inferencekey.ConfigurationException;
import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.EndpointRef;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.spring.InferenceKeyProperties.EndpointSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

/**
 * Both clients, and the endpoints of the properties as beans. Every bean gives way to one that the application defines.
 *
 * <p>The clients do not read environment variables themselves: Spring does, in its order of sources, so that one place decides.
 */
@AutoConfiguration
@EnableConfigurationProperties(InferenceKeyProperties.class)
@Import(EndpointBeans.class)
public final class InferenceKeyAutoConfiguration {
    /** Not lazy, also where everything is: the application must not start with credentials that it should not have. */
    @Bean
    @Lazy(false)
    Connection inferenceKeyConnection(
            InferenceKeyProperties properties, ObjectProvider<InferenceKeyConnectionDetails> details) {
        return new Connection(properties, details.getIfAvailable());
    }

    /** None (a null bean) if the details turn out to hold no token: only then is that known. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @Conditional(SdkTokenCondition.class)
    @Nullable
    ManagementClient inferenceKeyManagementClient(
            InferenceKeyProperties properties,
            Connection connection,
            ObjectProvider<ManagementClientCustomizer> customizers) {
        if (connection.sdkToken() == null) {
            return null;
        }
        return created("The ManagementClient", () -> {
            ManagementClient.Builder builder = configured(ManagementClient.builder(), properties, connection)
                    .token(connection.sdkToken())
                    .timeout(properties.management().timeout());
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder.build();
        });
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    DataClient inferenceKeyDataClient(
            InferenceKeyProperties properties,
            Connection connection,
            ObjectProvider<DataClientCustomizer> customizers) {
        return created("The DataClient", () -> {
            DataClient.Builder builder = configured(DataClient.builder(), properties, connection)
                    .apiKey(connection.apiKey())
                    .timeout(properties.data().timeout())
                    .streamIdleTimeout(properties.data().streamIdleTimeout())
                    .retryInference(properties.data().retryInference())
                    .maxWait(properties.data().maxWait());
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder.build();
        });
    }

    @Bean
    @ConditionalOnMissingBean
    Endpoints inferenceKeyEndpoints(InferenceKeyProperties properties, DataClient data) {
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        properties.endpoints().forEach((name, settings) -> endpoints.put(name, endpoint(name, settings, data)));
        return new Endpoints(endpoints);
    }

    private static Endpoint endpoint(String name, EndpointSettings settings, DataClient data) {
        String workload = Connection.present(settings.workload());
        String project = Connection.present(settings.project());
        String key = Connection.present(settings.apiKey());
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
            B builder, InferenceKeyProperties properties, Connection connection) {
        long largest = properties.maxResponseSize().toBytes();
        return builder.environment(Map.of())
                .baseUrl(connection.baseUrl())
                .project(connection.project())
                .connectTimeout(properties.connectTimeout())
                .retryFor(properties.retryFor())
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
