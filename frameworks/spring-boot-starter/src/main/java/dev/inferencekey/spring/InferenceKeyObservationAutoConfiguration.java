package dev.inferencekey.spring;

import dev.inferencekey.micrometer.CallObservationConvention;
import dev.inferencekey.micrometer.MeterListener;
import dev.inferencekey.micrometer.ObservationListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Observes every call of both clients where the application has Micrometer: durations and spans by observation, tokens, retries and the time to
 * the first chunk as meters. A {@link CallObservationConvention} bean changes names and tags.
 */
@AutoConfiguration(
        after = InferenceKeyAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
public final class InferenceKeyObservationAutoConfiguration {
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    @ConditionalOnBean(ObservationRegistry.class)
    static class Observations {
        @Bean
        DataClientCustomizer inferenceKeyDataObservations(
                ObservationRegistry registry, ObjectProvider<CallObservationConvention> convention) {
            return builder -> builder.listener(new ObservationListener(registry, convention.getIfAvailable()));
        }

        @Bean
        ManagementClientCustomizer inferenceKeyManagementObservations(
                ObservationRegistry registry, ObjectProvider<CallObservationConvention> convention) {
            return builder -> builder.listener(new ObservationListener(registry, convention.getIfAvailable()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({MeterRegistry.class, ObservationRegistry.class})
    @ConditionalOnBean({MeterRegistry.class, ObservationRegistry.class})
    static class Meters {
        @Bean
        DataClientCustomizer inferenceKeyDataMeters(MeterRegistry registry) {
            return builder -> builder.listener(MeterListener.besideObservations(registry));
        }

        @Bean
        ManagementClientCustomizer inferenceKeyManagementMeters(MeterRegistry registry) {
            return builder -> builder.listener(MeterListener.besideObservations(registry));
        }
    }
}
