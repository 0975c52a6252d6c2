package dev.inferencekey.cli.up;

import dev.inferencekey.server.app.MasterKeySource;
import dev.inferencekey.server.background.webhook.WebhookReceiver;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a platform is to be started.
 *
 * @param store which database holds the installation, null for a file in the data folder
 * @param masterKey where the key comes from that secrets are sealed with
 * @param node what this server is among others on the same database
 * @param host the address to listen on
 * @param port the port to listen on, 0 for any free one
 * @param engines what declarations may ask of the programs that serve models
 * @param observability metrics, health, access log, traces
 * @param edge TLS, proxies in front, browsers, a control plane apart
 * @param traffic how requests are treated
 * @param recovery what may be missing of an installation that was there before
 * @param upstreams which model servers elsewhere may be called
 * @param webhook who is told of events, null for nobody
 * @param logLevel of the platform's own messages: error, warn, info, debug or trace
 */
public record LaunchSettings(
        Path dataFolder,
        @Nullable PostgresAddress store,
        MasterKeySource masterKey,
        Node node,
        String host,
        int port,
        String logLevel,
        Engines engines,
        Observability observability,
        Edge edge,
        Traffic traffic,
        Recovery recovery,
        Upstreams upstreams,
        @Nullable WebhookReceiver webhook) {
    /** The same with other rules for engines. */
    LaunchSettings withEngines(Engines other) {
        return new LaunchSettings(
                dataFolder,
                store,
                masterKey,
                node,
                host,
                port,
                logLevel,
                other,
                observability,
                edge,
                traffic,
                recovery,
                upstreams,
                webhook);
    }

    /**
     * What one server is among others on the same database; null leaves a setting to the platform.
     *
     * @param name null for the host's name
     * @param role {@code all}, {@code gateway} or {@code manager}
     * @param storeWait how long a start waits for the database
     * @param lease how long the others wait for this one
     * @param whenCutOff {@code serve} or {@code refuse}
     * @param whenCutOffFor how long it then serves at most
     * @param engines whether model servers may be started on it
     * @param peers where other nodes reach it; null if they do not
     */
    public record Node(
            @Nullable String name,
            @Nullable String role,
            @Nullable Duration storeWait,
            @Nullable Duration lease,
            @Nullable String whenCutOff,
            @Nullable Duration whenCutOffFor,
            @Nullable Boolean engines,
            @Nullable Peers peers) {
        /** As the platform thinks best. */
        public static final Node USUAL = new Node(null, null, null, null, null, null, null, null);
    }

    /**
     * Where other nodes reach this one.
     *
     * @param host a name or an address
     * @param tls who this node is among them
     * @param authority whose certificates they all have
     */
    public record Peers(String host, int port, Tls tls, Path authority) {}

    /**
     * What may be missing of an installation that was there before.
     *
     * @param emptyDatabase its database
     * @param newMasterKey its master key
     */
    public record Recovery(boolean emptyDatabase, boolean newMasterKey) {
        /** Nothing. */
        public static final Recovery NONE = new Recovery(false, false);
    }

    /**
     * How model servers are run, and what declarations may ask of them.
     *
     * @param models folders, and single files, in which they may name model files; the data folder's own if there are none
     * @param flags a file with more flags and variables, null for none
     * @param vllmEnvironments folders by the version of vLLM in them
     * @param isolation how model servers are kept away from the data folder: {@code auto}, {@code user}, {@code namespace},
     *     {@code landlock} or {@code none}
     * @param startTimeout how long one may take until it is ready, null for what the platform thinks best
     */
    public record Engines(
            List<Path> models,
            @Nullable Path flags,
            Map<String, Path> vllmEnvironments,
            String isolation,
            @Nullable Duration startTimeout) {
        /** What the platform allows by itself. */
        public static final Engines USUAL = new Engines(List.of(), null, Map.of(), "auto", null);
    }

    /**
     * How it meets the world outside.
     *
     * @param tls null for plain HTTP
     * @param trustedProxies addresses in CIDR notation
     * @param corsOrigins origins of web pages, or {@code *}
     * @param publicUrl where applications reach it, null to conclude that
     * @param docsUrl where the documentation's site is found, null for what this installation has of it
     * @param control null for one address for everything
     */
    public record Edge(
            @Nullable Tls tls,
            List<String> trustedProxies,
            List<String> corsOrigins,
            @Nullable URI publicUrl,
            @Nullable URI docsUrl,
            @Nullable Control control) {
        /** Plain HTTP, for nobody in particular. */
        public static final Edge PLAIN = new Edge(null, List.of(), List.of(), null, null, null);
    }

    /**
     * Which model servers elsewhere may be called: hosts, addresses or ranges, each also with a port.
     *
     * @param allowed if there are any, nothing else
     * @param denied never, allowed or not
     */
    public record Upstreams(List<String> allowed, List<String> denied) {
        /** All that may be called at all. */
        public static final Upstreams ALL = new Upstreams(List.of(), List.of());
    }

    /** PEM files. */
    public record Tls(Path certificate, Path privateKey) {}

    /**
     * The control plane's own address.
     *
     * @param clientAuthority a PEM file of those who sign clients' certificates
     */
    public record Control(String host, int port, Tls tls, Path clientAuthority) {}

    /**
     * How it can be watched.
     *
     * @param adminHost the address to serve metrics and health on
     * @param adminPort the port, 0 for any free one, {@link #NO_PORT} for none; null for the usual one or, if that is taken, any other
     * @param accessLog {@code OFF}, {@code FILE} or {@code STDOUT}
     * @param otlpEndpoint where traces go; null for what the environment says
     * @param traceRatio 0 to 1; null for what the environment says
     */
    public record Observability(
            String adminHost,
            @Nullable Integer adminPort,
            String accessLog,
            @Nullable URI otlpEndpoint,
            @Nullable Double traceRatio) {
        /** No admin port. */
        public static final int NO_PORT = -1;
    }

    /**
     * How requests are treated; null leaves a setting to the platform.
     *
     * @param maxBody of JSON, in bytes
     * @param maxUpload of multipart bodies, in bytes
     * @param maxHeader in bytes
     * @param headTimeout to send a request's header section
     * @param bodyTimeout of silence inside a request's body
     * @param keepAlive of a connection without a request
     * @param answerTimeout to the head of a model server's answer
     * @param idleTimeout of silence inside a model server's answer
     * @param totalTimeout of a request and its answer; zero for no bound
     * @param maxWait for a replica; zero for not at all
     * @param maxWaiting requests that wait for a replica
     * @param drain how long a stop serves on
     * @param stopTimeout how long a stop then lets requests go on
     * @param whenJournalFull {@code SERVE_UNMETERED} or {@code REFUSE}
     * @param transport {@code AUTO}, {@code EPOLL}, {@code IO_URING} or {@code NIO}
     */
    public record Traffic(
            @Nullable Long maxBody,
            @Nullable Long maxUpload,
            @Nullable Long maxHeader,
            @Nullable Duration headTimeout,
            @Nullable Duration bodyTimeout,
            @Nullable Duration keepAlive,
            @Nullable Duration answerTimeout,
            @Nullable Duration idleTimeout,
            @Nullable Duration totalTimeout,
            @Nullable Duration maxWait,
            @Nullable Integer maxWaiting,
            @Nullable Duration drain,
            @Nullable Duration stopTimeout,
            @Nullable String whenJournalFull,
            @Nullable String transport) {
        /** As the platform thinks best. */
        public static final Traffic USUAL =
                new Traffic(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }
}
