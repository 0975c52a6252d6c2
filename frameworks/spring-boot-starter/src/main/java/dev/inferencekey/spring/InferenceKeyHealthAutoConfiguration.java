package dev.inferencekey.spring;

import dev.inferencekey.Endpoint;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/** The health of every {@link Endpoint} bean, also of those that the application defines, below {@code inferenceKey}. */
@AutoConfiguration(after = InferenceKeyAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(Endpoint.class)
@ConditionalOnEnabledHealthIndicator("inferencekey")
public final class InferenceKeyHealthAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(name = {"inferenceKeyHealthIndicator", "inferenceKeyHealthContributor"})
    HealthContributor inferenceKeyHealthContributor(
            Map<String, Endpoint> endpoints, InferenceKeyProperties properties) {
        return CompositeHealthContributor.fromMap(
                endpoints,
                endpoint -> new EndpointHealthIndicator(
                        endpoint, properties.health().timeout()));
    }
}
