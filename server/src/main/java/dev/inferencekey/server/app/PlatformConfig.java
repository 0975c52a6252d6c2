package dev.inferencekey.server.app;

import dev.inferencekey.server.background.webhook.WebhookReceiver;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one platform is set up. Immutable; {@link #builder} starts from the defaults, {@link #toBuilder} from this.
 *
 * @param dataFolder what this process keeps for itself; made if it does not exist
 * @param store where everything is kept that is true of the whole installation; a file in the data folder by default
 * @param masterKey where the key comes from that secrets are sealed with; a file in the data folder by default
 * @param node what this process is among those that share the store
 * @param embeddedEngine the command that starts the embedded llama.cpp engine, to which its arguments are appended; empty if there
 *     is none, then {@code llamacpp} workloads need {@code llama-server} on the PATH
 * @param engines how model servers are run, and what declarations may ask of them
 * @param logLevel of the platform's own messages: error, warn, info, debug or trace. Libraries never log below info, since some of
 *     them print headers, and so credentials, there.
 * @param whenJournalIsFull what becomes of requests whose usage can't be kept; they are served by default
 * @param observability metrics, health, access log, traces
 * @param gateway the address and all that callers meet there; by default plain HTTP for this machine alone: reaching it from elsewhere
 *     is a decision
 * @param upstreams what {@code external} workloads may reach
 * @param webhook who is told of events, such as that a budget has reached a threshold; null for nobody, which is the default
 * @param recovery what may be missing of an installation that was here before; nothing by default
 * @param hosting whose process it runs in; its own by default
 * @param documentation what is served below {@code /docs/}, and what refusals link to; nothing by default
 */
public record PlatformConfig(
        Path dataFolder,
        StoreConfig store,
        MasterKeySource masterKey,
        NodeConfig node,
        List<String> embeddedEngine,
        EngineConfig engines,
        String logLevel,
        JournalFullPolicy whenJournalIsFull,
        ObservabilityConfig observability,
        GatewayConfig gateway,
        UpstreamRules upstreams,
        @Nullable WebhookReceiver webhook,
        Recovery recovery,
        Hosting hosting,
        Documentation documentation) {
    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");

    public PlatformConfig {
        dataFolder = dataFolder.toAbsolutePath().normalize();
        embeddedEngine = List.copyOf(embeddedEngine);
        boolean beside = node.role().servesControlPlane() && gateway.edge().controlListener() == null;
        gateway = gateway.ofNode(node.role(), documentation.ofDataPlane(beside));
        logLevel = logLevel.toLowerCase(Locale.ROOT);
        if (!LOG_LEVELS.contains(logLevel)) {
            throw new IllegalArgumentException(
                    "the log level must be error, warn, info, debug or trace, was \"" + logLevel + "\"");
        }
        if (store instanceof StoreConfig.SqliteFile && node.role() != NodeRole.ALL) {
            throw new IllegalArgumentException(
                    "a node that is only a " + node.role().text() + " needs a store that others share: PostgreSQL");
        }
        if (store instanceof StoreConfig.SqliteFile && node.advertised() != null) {
            throw new IllegalArgumentException(
                    "a node that other nodes call needs a store that they share: PostgreSQL");
        }
        if (webhook != null && !node.role().servesControlPlane()) {
            throw new IllegalArgumentException("a node that is only a "
                    + node.role().text() + " sends no webhooks; name their receiver, and its secret, on the others");
        }
        if ((node.advertised() == null) != (gateway.edge().nodeListener() == null)) {
            throw new IllegalArgumentException(
                    "a node advertises an address if, and only if, it has a listener for other nodes");
        }
    }

    /** All defaults. */
    public static PlatformConfig defaults(Path dataFolder) {
        return builder(dataFolder).build();
    }

    /** Starts from the defaults. */
    public static Builder builder(Path dataFolder) {
        return new Builder(dataFolder);
    }

    /** Starts from this. */
    public Builder toBuilder() {
        return new Builder(dataFolder)
                .store(store)
                .masterKey(masterKey)
                .node(node)
                .embeddedEngine(embeddedEngine)
                .engines(engines)
                .logLevel(logLevel)
                .whenJournalIsFull(whenJournalIsFull)
                .observability(observability)
                .gateway(gateway)
                .upstreams(upstreams)
                .webhook(webhook)
                .recovery(recovery)
                .hosting(hosting)
                .documentation(documentation);
    }

    /** This, with what a running platform takes over of {@code fresh}: the log level, how callers are treated, which upstreams may be called. */
    PlatformConfig reloaded(PlatformConfig fresh) {
        return toBuilder()
                .logLevel(fresh.logLevel)
                .gateway(gateway.reloaded(fresh.gateway))
                .upstreams(fresh.upstreams)
                .build();
    }

    /** Collects settings; those not set keep their defaults. Not thread-safe. */
    public static final class Builder {
        private final Path dataFolder;
        private StoreConfig store = new StoreConfig.SqliteFile();
        private MasterKeySource masterKey = new MasterKeySource.DataFolderFile();
        private NodeConfig node = NodeConfig.defaults();
        private List<String> embeddedEngine = List.of();
        private EngineConfig engines = EngineConfig.defaults();
        private String logLevel = "info";
        private JournalFullPolicy whenJournalIsFull = JournalFullPolicy.SERVE_UNMETERED;
        private ObservabilityConfig observability = ObservabilityConfig.defaults();
        private GatewayConfig gateway = GatewayConfig.defaults();
        private UpstreamRules upstreams = UpstreamRules.NONE;
        private @Nullable WebhookReceiver webhook;
        private Recovery recovery = Recovery.NONE;
        private Hosting hosting = Hosting.OWN_PROCESS;
        private Documentation documentation = Documentation.NONE;

        private Builder(Path dataFolder) {
            this.dataFolder = dataFolder;
        }

        public Builder store(StoreConfig store) {
            this.store = store;
            return this;
        }

        public Builder masterKey(MasterKeySource masterKey) {
            this.masterKey = masterKey;
            return this;
        }

        public Builder node(NodeConfig node) {
            this.node = node;
            return this;
        }

        public Builder embeddedEngine(List<String> embeddedEngine) {
            this.embeddedEngine = embeddedEngine;
            return this;
        }

        public Builder engines(EngineConfig engines) {
            this.engines = engines;
            return this;
        }

        public Builder logLevel(String logLevel) {
            this.logLevel = logLevel;
            return this;
        }

        public Builder whenJournalIsFull(JournalFullPolicy whenJournalIsFull) {
            this.whenJournalIsFull = whenJournalIsFull;
            return this;
        }

        public Builder observability(ObservabilityConfig observability) {
            this.observability = observability;
            return this;
        }

        public Builder gateway(GatewayConfig gateway) {
            this.gateway = gateway;
            return this;
        }

        public Builder upstreams(UpstreamRules upstreams) {
            this.upstreams = upstreams;
            return this;
        }

        public Builder webhook(@Nullable WebhookReceiver webhook) {
            this.webhook = webhook;
            return this;
        }

        public Builder recovery(Recovery recovery) {
            this.recovery = recovery;
            return this;
        }

        public Builder hosting(Hosting hosting) {
            this.hosting = hosting;
            return this;
        }

        public Builder documentation(Documentation documentation) {
            this.documentation = documentation;
            return this;
        }

        /** @throws IllegalArgumentException if the settings contradict each other, with a sentence that says how */
        public PlatformConfig build() {
            return new PlatformConfig(
                    dataFolder,
                    store,
                    masterKey,
                    node,
                    embeddedEngine,
                    engines,
                    logLevel,
                    whenJournalIsFull,
                    observability,
                    gateway,
                    upstreams,
                    webhook,
                    recovery,
                    hosting,
                    documentation);
        }
    }
}
