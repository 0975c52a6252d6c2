package dev.inferencekey.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows an {@link UnknownEndpointException} in place of a stack trace. */
final class UnknownEndpointFailureAnalyzer extends AbstractFailureAnalyzer<UnknownEndpointException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnknownEndpointException cause) {
        StartupFailure failure =
                StartupFailure.unknownEndpoint(cause.property().orElse(null), cause.name(), cause.known());
        return new FailureAnalysis(failure.getMessage(), failure.action(), cause);
    }
}
