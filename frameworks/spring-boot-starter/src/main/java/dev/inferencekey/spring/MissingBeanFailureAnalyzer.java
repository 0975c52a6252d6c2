package dev.inferencekey.spring;

import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says which setting makes the bean that is missing; Spring Boot's own analysis knows conditions, not settings. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingBeanFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        Class<?> type = cause.getResolvableType() == null
                ? null
                : cause.getResolvableType().resolve();
        if (cause instanceof NoUniqueBeanDefinitionException several) {
            return type == Endpoint.class
                    ? new FailureAnalysis(
                            "An Endpoint is asked for, and there are several: " + several.getBeanNamesFound() + ".",
                            "Say which: @Qualifier(\"<name>\") with the name below inferencekey.endpoints, or ask for"
                                    + " dev.inferencekey.spring.Endpoints, which has them all.",
                            cause)
                    : null;
        }
        if (type == ManagementClient.class) {
            return new FailureAnalysis(
                    "A ManagementClient is asked for, and this application has no SDK token.",
                    "Set " + Connection.SDK_TOKEN
                            + " (variable INFERENCEKEY_SDK_TOKEN) to an SDK token (ik_sdk_…), which is created in"
                            + " the dashboard, on the project's page Tokens. An application that only calls workloads needs an"
                            + " Endpoint instead.",
                    cause);
        }
        if (type == Endpoint.class) {
            return new FailureAnalysis(
                    "An Endpoint is asked for that is not configured.",
                    "Set inferencekey.endpoints.<name>.workload to the workload's slug; the bean has the name <name>.",
                    cause);
        }
        return null;
    }
}
