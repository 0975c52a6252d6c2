package dev.inferencekey.quarkus;

import dev.inferencekey.OnDrift;
import io.quarkus.runtime.annotations.ConfigDocMapKey;
import io.quarkus.runtime.annotations.ConfigGroup;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.Secret;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings below {@code inferencekey.} that are read when an application starts. The first four are also read from the variables {@code
 * INFERENCEKEY_BASE_URL}, {@code INFERENCEKEY_PROJECT}, {@code INFERENCEKEY_SDK_TOKEN} and {@code INFERENCEKEY_API_KEY}, in Quarkus's order of
 * sources. Credentials are held as secrets, which no text of this object shows.
 */
@ConfigMapping(prefix = "inferencekey")
@ConfigRoot(phase = ConfigPhase.RUN_TIME)
public interface InferenceKeyConfig {
    /** Address of the server, with an optional path prefix; {@code https://api.inferencekey.com} where it is absent. */
    Optional<String> baseUrl();

    /** Slug of the project. */
    Optional<String> project();

    /** SDK token ({@code ik_sdk_…}), for applications that provision workloads. A secret. */
    Optional<Secret<String>> sdkToken();

    /** API key ({@code ik_live_…}) of endpoints that have none of their own. A secret. */
    Optional<Secret<String>> apiKey();

    /** Whether the application may hold an SDK token and an API key at the same time. Otherwise it does not start with both. */
    @WithDefault("false")
    boolean allowBothCredentials();

    /** How long connecting may take, TLS included. */
    @WithDefault("10s")
    Duration connectTimeout();

    /** For how long after the first attempt of a call another may begin; zero: one attempt. */
    @WithDefault("30s")
    Duration retryFor();

    /** The largest answer that is held in memory; streams are not limited. */
    @WithDefault("64M")
    MemorySize maxResponseSize();

    /** The {@code ManagementClient} alone. */
    Management management();

    /** The {@code DataClient} alone. */
    Data data();

    /** The health check of endpoints. */
    Health health();

    /** Workloads that are ensured on start-up. */
    Ensure ensure();

    /** Endpoints by name; each is a bean of that name. */
    @ConfigDocMapKey("endpoint-name")
    Map<String, EndpointSettings> endpoints();

    /** The {@code ManagementClient} alone. */
    @ConfigGroup
    interface Management {
        /** How long one call may take with all its retries. */
        @WithDefault("60s")
        Duration timeout();
    }

    /** The {@code DataClient} alone. */
    @ConfigGroup
    interface Data {
        /** How long one call may take with all its retries; of a stream, to its first byte. */
        @WithDefault("10m")
        Duration timeout();

        /** How long a stream may be silent. */
        @WithDefault("5m")
        Duration streamIdleTimeout();

        /** Whether inference is tried again also after it may have reached a model: it may run, and cost, twice. */
        @WithDefault("false")
        boolean retryInference();

        /** The longest that a request may wait for a workload to wake up; by default as the server has it. */
        Optional<Duration> maxWait();
    }

    /** The health check of endpoints. */
    @ConfigGroup
    interface Health {
        /** How long the check of one endpoint may take. */
        @WithDefault("2s")
        Duration timeout();
    }

    /** One endpoint. */
    @ConfigGroup
    interface EndpointSettings {
        /** Slug of the workload; the endpoint's name where it is absent. */
        Optional<String> workload();

        /** Slug of the project; the application's where it is absent. */
        Optional<String> project();

        /** API key ({@code ik_live_…}); the application's where it is absent. A secret. */
        Optional<Secret<String>> apiKey();
    }

    /** Workloads that are ensured on start-up. */
    @ConfigGroup
    interface Ensure {
        /** Whether anything is ensured. */
        @WithDefault("false")
        boolean enabled();

        /** Declarations in the format of {@code ik ensure -f}: paths of files, or {@code classpath:inferencekey/workloads.yaml}. */
        Optional<List<String>> files();

        /** Further declarations, by slug. Settings of the backend ({@code config}) and of the policy need a file. */
        @ConfigDocMapKey("workload-slug")
        Map<String, WorkloadSettings> workloads();

        /** What is done about a workload that differs from its declaration. */
        @WithDefault("reconcile")
        OnDrift onDrift();

        /** Whether the application becomes ready only after all of them serve. */
        @WithDefault("true")
        boolean waitForReady();

        /** How long each may take to serve. */
        @WithDefault("30m")
        Duration timeout();
    }

    /** The declaration of one workload; what is not set is left to the server. */
    @ConfigGroup
    interface WorkloadSettings {
        /** Name for people; the slug where it is absent. */
        Optional<String> name();

        /** The model that the backend serves; required. */
        Optional<String> model();

        /** What serves it, such as {@code vllm} or {@code ollama}; required. */
        Optional<String> backend();

        /** Slug of the project; the application's where it is absent. */
        Optional<String> project();

        /** A sentence for people. */
        Optional<String> description();

        /** The command line that serves the model. */
        Optional<String> command();

        /** What it does, such as {@code embedding}; it can't be changed later. */
        Optional<String> taskType();
    }
}
