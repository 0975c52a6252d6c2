package dev.inferencekey.spring;

import dev.inferencekey.ManagementClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.io.ResourceLoader;

/** Ensures workloads on start-up, where {@code inferencekey.ensure.enabled} says so. */
@AutoConfiguration(after = InferenceKeyAutoConfiguration.class)
@ConditionalOnBooleanProperty("inferencekey.ensure.enabled")
@ImportRuntimeHints(WorkloadFileHints.class)
public final class InferenceKeyEnsureAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    EnsureOnStartup inferenceKeyEnsureOnStartup(
            InferenceKeyProperties properties, ObjectProvider<ManagementClient> management, ResourceLoader resources) {
        return new EnsureOnStartup(properties.ensure(), management, resources);
    }
}
