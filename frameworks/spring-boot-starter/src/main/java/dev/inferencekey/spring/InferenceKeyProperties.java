package dev.inferencekey.spring;

import dev.inferencekey.ClientBuilder;
import dev.inferencekey.OnDrift;
import dev.inferencekey.contract.credential.Redaction;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Every setting below {@code inferencekey.}. The first four are also read from the variables {@code INFERENCEKEY_BASE_URL}, {@code
 * INFERENCEKEY_PROJECT}, {@code INFERENCEKEY_SDK_TOKEN} and {@code INFERENCEKEY_API_KEY}, in Spring's order of sources. Blank counts as absent.
 * Immutable; {@code toString} shows no credential.
 *
 * @param baseUrl the server's address; null: {@value ClientBuilder#DEFAULT_BASE_URL}
 * @param project the project's slug
 * @param sdkToken the {@code ik_sdk_} token, for applications that provision workloads
 * @param apiKey the {@code ik_live_} key of endpoints that have none of their own
 * @param allowBothCredentials whether the application may hold an SDK token and an API key at the same time
 * @param connectTimeout how long connecting may take, TLS included
 * @param retryFor for how long after the first attempt of a call another may begin; zero: one attempt
 * @param maxResponseSize the largest answer that is held in memory; streams are not limited
 * @param management of the {@code ManagementClient} alone
 * @param data of the {@code DataClient} alone
 * @param health of the health check
 * @param ensure what is ensured on start-up
 * @param endpoints endpoints by name; each is a bean of that name
 */
@ConfigurationProperties("inferencekey")
public record InferenceKeyProperties(
        @Nullable String baseUrl,
        @Nullable String project,
        @Nullable String sdkToken,
        @Nullable String apiKey,
        @DefaultValue("false") boolean allowBothCredentials,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("30s") Duration retryFor,
        @DefaultValue("64MB") DataSize maxResponseSize,
        @DefaultValue Management management,
        @DefaultValue Data data,
        @DefaultValue Health health,
        @DefaultValue Ensure ensure,
        @DefaultValue Map<String, EndpointSettings> endpoints) {
    public InferenceKeyProperties {
        endpoints = copy(endpoints);
    }

    /**
     * Of the {@code ManagementClient} alone.
     *
     * @param timeout how long one call may take with all its retries
     */
    public record Management(@DefaultValue("60s") Duration timeout) {}

    /**
     * Of the {@code DataClient} alone.
     *
     * @param timeout how long one call may take with all its retries; of a stream, to its first byte
     * @param streamIdleTimeout how long a stream may be silent
     * @param retryInference whether inference is tried again also after it may have reached a model: it may run, and cost, twice
     * @param maxWait the longest that a request may wait for a workload to wake up; null: as the server has it
     */
    public record Data(
            @DefaultValue("10m") Duration timeout,
            @DefaultValue("5m") Duration streamIdleTimeout,
            @DefaultValue("false") boolean retryInference,
            @Nullable Duration maxWait) {}

    /**
     * Of the health check.
     *
     * @param timeout how long the check of one endpoint may take
     */
    public record Health(@DefaultValue("2s") Duration timeout) {}

    /**
     * One endpoint.
     *
     * @param workload the workload's slug; null: the endpoint's name
     * @param project the project's slug; null: the application's
     * @param apiKey the {@code ik_live_} key; null: the application's
     */
    public record EndpointSettings(
            @Nullable String workload,
            @Nullable String project,
            @Nullable String apiKey) {
        /** With the key's public part. */
        @Override
        public String toString() {
            return "EndpointSettings[workload=" + workload + ", project=" + project + ", apiKey=" + shown(apiKey) + "]";
        }
    }

    /**
     * What is ensured on start-up.
     *
     * @param enabled whether anything is
     * @param files where declarations are, such as {@code classpath:inferencekey/workloads.yaml}, in the format of {@code ik ensure -f}
     * @param workloads further declarations, by slug
     * @param onDrift what is done about a workload that differs from its declaration
     * @param waitForReady whether the application becomes ready only after all of them serve
     * @param timeout how long each may take to serve
     */
    public record Ensure(
            @DefaultValue("false") boolean enabled,
            @DefaultValue List<String> files,
            @DefaultValue Map<String, WorkloadSettings> workloads,
            @DefaultValue("reconcile") OnDrift onDrift,
            @DefaultValue("true") boolean waitForReady,
            @DefaultValue("30m") Duration timeout) {
        public Ensure {
            files = List.copyOf(files);
            workloads = copy(workloads);
        }
    }

    /**
     * The declaration of one workload; what is not set is left to the server. Settings of the backend ({@code config}) and of the policy need
     * a file: their names would not survive as property names.
     *
     * @param name for people; null: the slug
     * @param model the model that the backend serves; required
     * @param backend {@code vllm}, {@code ollama}, …; required
     * @param project the project to work in; null: the application's
     * @param description a sentence for people
     * @param command the command line that serves the model
     * @param taskType what it does, such as {@code embedding}; it can't be changed later
     */
    public record WorkloadSettings(
            @Nullable String name,
            @Nullable String model,
            @Nullable String backend,
            @Nullable String project,
            @Nullable String description,
            @Nullable String command,
            @Nullable String taskType) {}

    /** With the public parts of credentials. */
    @Override
    public String toString() {
        return "InferenceKeyProperties[baseUrl=" + (baseUrl == null ? null : Redaction.scrubAddress(baseUrl))
                + ", project="
                + project + ", sdkToken=" + shown(sdkToken) + ", apiKey=" + shown(apiKey) + ", endpoints=" + endpoints
                + ", ensure=" + ensure + "]";
    }

    static @Nullable String shown(@Nullable String credential) {
        return credential == null ? null : Redaction.redact(credential);
    }

    private static <T> Map<String, T> copy(Map<String, T> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
