package dev.inferencekey;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.internal.Call;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Calls workloads with {@code ik_live_} keys; it can't provision them. One client serves many endpoints, each with a key of its own.
 * Immutable and thread-safe: make one, share it, close it at the end.
 *
 * {@snippet :
 * try (DataClient data = DataClient.fromEnv()) {
 *     Endpoint bot = data.endpoint("support-bot");
 *     System.out.println(bot.generateText(TextParams.ofPrompt("Where is my order?")).text());
 * }
 * }
 */
public final class DataClient implements AutoCloseable {
    private final Wire wire;
    private final @Nullable LiveKey defaultKey;
    private final @Nullable String project;
    private final Settings settings;

    private DataClient(Builder builder) {
        this.defaultKey = builder.resolve(builder.apiKey, EnvironmentVariables.API_KEY)
                .map(Credentials::liveKey)
                .orElse(null);
        this.project = builder.project().orElse(null);
        this.settings = builder.settings();
        this.wire = builder.wire(builder.retryPolicy);
    }

    /** How endpoints call. */
    record Settings(
            Duration timeout, Duration retryFor, Duration idleTimeout, Call.Retry retry, Map<String, String> headers) {}

    /**
     * A client configured by {@link EnvironmentVariables} alone.
     *
     * @throws ConfigurationException if the key is malformed
     * @throws PermissionDeniedException if the key is an {@code ik_sdk_} token
     */
    public static DataClient fromEnv() {
        return builder().build();
    }

    /** A builder; what it is not given is taken from {@link EnvironmentVariables}. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A workload of the client's project, called with the client's key. Nothing is sent yet.
     *
     * @throws ConfigurationException if the client has no key or no project
     */
    public Endpoint endpoint(String slug) {
        return endpoint(slug, null);
    }

    /**
     * A workload of the client's project, called with a key of its own; null or blank: the client's.
     *
     * @throws ConfigurationException if there is no key or no project, or the key is malformed
     * @throws PermissionDeniedException if the key is an {@code ik_sdk_} token
     */
    public Endpoint endpoint(String slug, @Nullable String apiKey) {
        String workload = Slugs.workload(slug);
        LiveKey key = key(workload, apiKey);
        if (project == null) {
            throw new ConfigurationException("No project. Pass a project or set " + EnvironmentVariables.PROJECT + ".");
        }
        return new Endpoint(wire, new EndpointRef(project, workload), key, settings);
    }

    /** A workload of any project, as {@code ensure} returned it, called with the client's key. */
    public Endpoint endpoint(EndpointRef endpoint) {
        return endpoint(endpoint, null);
    }

    /** A workload of any project, called with a key of its own; null or blank: the client's. */
    public Endpoint endpoint(EndpointRef endpoint, @Nullable String apiKey) {
        return new Endpoint(wire, endpoint, key(endpoint.workloadSlug(), apiKey), settings);
    }

    private LiveKey key(String workload, @Nullable String apiKey) {
        LiveKey key = apiKey == null || apiKey.isBlank() ? defaultKey : Credentials.liveKey(apiKey.strip());
        if (key == null) {
            throw new ConfigurationException("No ik_live_ key for workload \"" + workload
                    + "\". Pass an api key or set " + EnvironmentVariables.API_KEY + ".");
        }
        return key;
    }

    /** Ends what is in flight with a {@link TransportException}; later calls throw {@link IllegalStateException}. Idempotent. */
    @Override
    public void close() {
        wire.close();
    }

    /** Address, project and the key's public part. */
    @Override
    public String toString() {
        return "DataClient[" + wire.transport().base() + ", project=" + project + ", key="
                + Optional.ofNullable(defaultKey).map(LiveKey::redacted).orElse("none") + "]";
    }

    /** Settings of a {@link DataClient}. A call may take 10 minutes by default: models are slow. Not thread-safe. */
    public static final class Builder extends ClientBuilder<Builder> {
        private @Nullable String apiKey;
        private Duration streamIdleTimeout = Duration.ofMinutes(5);
        private boolean retryInference;
        private RetryPolicy retryPolicy = RetryPolicy.defaults();
        private @Nullable Duration maxWait;

        private Builder() {
            super(Duration.ofMinutes(10));
        }

        @Override
        Builder self() {
            return this;
        }

        /** The {@code ik_live_} key of endpoints that are given none. */
        public Builder apiKey(@Nullable String value) {
            this.apiKey = value;
            return this;
        }

        /** How long a stream may be silent while it is waited for; default 5 minutes. */
        public Builder streamIdleTimeout(Duration value) {
            this.streamIdleTimeout = positive(value, "streamIdleTimeout");
            return this;
        }

        /**
         * Whether inference is tried again also after it may have reached a model: on lost connections, 429, 502, 503 and 504. Off by
         * default, since it may run, and cost, twice. What surely was not sent is tried again in any case.
         */
        public Builder retryInference(boolean value) {
            this.retryInference = value;
            return this;
        }

        /** How often, after which pauses and with which budget calls are tried again; default {@link RetryPolicy#defaults}. */
        public Builder retryPolicy(RetryPolicy value) {
            this.retryPolicy = Objects.requireNonNull(value, "retryPolicy");
            return this;
        }

        /** The longest that a request may wait for a workload to wake up, in whole seconds; by default as the server has it. */
        public Builder maxWait(@Nullable Duration value) {
            if (value != null && value.isNegative()) {
                throw new ConfigurationException("maxWait must not be negative");
            }
            this.maxWait = value;
            return this;
        }

        /**
         * The client. Nothing is sent yet.
         *
         * @throws ConfigurationException if the key is malformed, or another setting is
         * @throws PermissionDeniedException if the key is an {@code ik_sdk_} token
         */
        public DataClient build() {
            return new DataClient(this);
        }

        private Settings settings() {
            Map<String, String> headers =
                    maxWait == null ? Map.of() : Map.of("X-InferenceKey-Max-Wait", Long.toString(maxWait.toSeconds()));
            return new Settings(
                    timeout(),
                    retryFor(),
                    streamIdleTimeout,
                    retryInference ? Call.Retry.INFERENCE : Call.Retry.NOTHING_SENT,
                    headers);
        }
    }
}
