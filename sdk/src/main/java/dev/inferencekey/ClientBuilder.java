package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.internal.Backoff;
import dev.inferencekey.internal.HttpTransport;
import dev.inferencekey.internal.Retries;
import dev.inferencekey.internal.RetryBudget;
import dev.inferencekey.internal.SystemTiming;
import dev.inferencekey.internal.Timing;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings that both clients share. For each value: what is set here, then the environment variable, then (for the base URL)
 * {@value #DEFAULT_BASE_URL}. Blank counts as absent. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class ClientBuilder<B extends ClientBuilder<B>>
        permits ManagementClient.Builder, DataClient.Builder {
    /** Where the clients go unless told otherwise. */
    public static final String DEFAULT_BASE_URL = "https://api.inferencekey.com";

    private static final System.Logger LOG = System.getLogger("dev.inferencekey");

    private @Nullable String baseUrl;
    private @Nullable String project;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration timeout;
    private Duration retryFor = Duration.ofSeconds(30);
    private int maxResponseBytes = 64 * 1024 * 1024;
    private @Nullable Map<String, String> environment;
    private Supplier<Timing> timing = SystemTiming::new;
    private final List<CallListener> listeners = new ArrayList<>();

    ClientBuilder(Duration timeout) {
        this.timeout = timeout;
    }

    abstract B self();

    /** The server's address, {@code http} or {@code https}, with an optional path prefix; trailing slashes are dropped. */
    public B baseUrl(@Nullable String value) {
        this.baseUrl = value;
        return self();
    }

    /** The project's slug. */
    public B project(@Nullable String value) {
        this.project = value;
        return self();
    }

    /** How long connecting may take, TLS included; default 10 s. */
    public B connectTimeout(Duration value) {
        this.connectTimeout = positive(value, "connectTimeout");
        return self();
    }

    /** How long one HTTP call may take with all its retries, from first attempt to last byte; of a stream, to its first byte. */
    public B timeout(Duration value) {
        this.timeout = positive(value, "timeout");
        return self();
    }

    /**
     * For how long after the first attempt of a call another may begin, where trying again is safe; never beyond {@link
     * #timeout}. Default 30 s; zero: one attempt. Pauses are 1 s, 2 s, 4 s, then 5 s, or what {@code Retry-After} asks for, and up to a
     * fifth longer at random. All retries of a client share a budget, see {@link RetryPolicy}.
     */
    public B retryFor(Duration value) {
        if (value.isNegative()) {
            throw new ConfigurationException("retryFor must not be negative");
        }
        this.retryFor = value;
        return self();
    }

    /** The largest answer, in bytes, that is held in memory; default 64 MiB. Streams are not held and not limited. */
    public B maxResponseBytes(int value) {
        if (value < 1) {
            throw new ConfigurationException("maxResponseBytes must be at least 1");
        }
        this.maxResponseBytes = value;
        return self();
    }

    /** Adds somebody who is told of every call: for traces, metrics and logs. */
    public B listener(CallListener value) {
        listeners.add(Objects.requireNonNull(value, "listener"));
        return self();
    }

    /** Variables to read instead of the process's environment. */
    public B environment(Map<String, String> variables) {
        this.environment = Map.copyOf(variables);
        return self();
    }

    /** Time to run on instead of the machine's; for tests of this package. */
    B timing(Timing value) {
        this.timing = () -> value;
        return self();
    }

    final Duration timeout() {
        return timeout;
    }

    final Duration retryFor() {
        return retryFor;
    }

    /** The value, or the variable's; empty if both are blank. Whitespace around it is dropped: files and shells add line ends. */
    final Optional<String> resolve(@Nullable String value, String variable) {
        return present(value).or(() -> present(variable(variable)));
    }

    final Optional<String> project() {
        Optional<String> resolved = resolve(project, EnvironmentVariables.PROJECT);
        resolved.ifPresent(Slugs::requireProject);
        return resolved;
    }

    final Wire wire(RetryPolicy policy) {
        URI base = baseUrl();
        warnIfInClear(base);
        Retries retries = new Retries(
                policy.maxAttempts(),
                new Backoff(policy.baseDelay(), policy.maxDelay(), policy.jitter()),
                new RetryBudget(policy.budget()));
        return new Wire(
                new HttpTransport(base, connectTimeout, maxResponseBytes, userAgent(), retries, timing.get()),
                List.copyOf(listeners));
    }

    static Duration positive(Duration value, String name) {
        Objects.requireNonNull(value, name);
        if (value.isNegative() || value.isZero()) {
            throw new ConfigurationException(name + " must be longer than zero");
        }
        return value;
    }

    private @Nullable String variable(String name) {
        Map<String, String> variables = environment;
        return variables == null ? System.getenv(name) : variables.get(name);
    }

    private static Optional<String> present(@Nullable String value) {
        return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
    }

    private URI baseUrl() {
        String text = resolve(baseUrl, EnvironmentVariables.BASE_URL).orElse(DEFAULT_BASE_URL);
        Slugs.refuseCredential(text, "base URL");
        URI uri;
        try {
            uri = new URI(text.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw malformed(text);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getRawUserInfo() != null) {
            // Not quoted: it may hold a password.
            throw new ConfigurationException("the base URL must not carry a user name or password");
        }
        boolean http = scheme.equals("http") || scheme.equals("https");
        if (!http || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw malformed(text);
        }
        return uri;
    }

    private static ConfigurationException malformed(String text) {
        return new ConfigurationException(
                "the base URL must look like https://host[:port][/prefix], without query and fragment: "
                        + Redaction.scrubAddress(text));
    }

    private static void warnIfInClear(URI base) {
        if ("http".equalsIgnoreCase(base.getScheme()) && !isLoopback(base.getHost())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "credentials travel in clear: the base URL is plain http to another machine: host={0}",
                    base.getHost());
        }
    }

    /** By name alone: asking DNS would be slow, and what it answers may change. */
    private static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.equals("[::1]")
                || name.equals("[0:0:0:0:0:0:0:1]")
                || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    private static String userAgent() {
        String version = ClientBuilder.class.getPackage().getImplementationVersion();
        return "inferencekey-java" + (version == null ? "" : "/" + version) + " java/"
                + Runtime.version().feature();
    }
}
