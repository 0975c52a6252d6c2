package dev.inferencekey.cli.up;

import dev.inferencekey.cli.setting.ResolvedSettings;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.server.app.MasterKeySource;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Every setting of a server, as an option. Filled by picocli on one thread. */
final class ServerOptions {
    @Mixin
    private PortOption port = new PortOption();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = PortOption.LOOPBACK,
            description = "The address to listen on (default: 127.0.0.1, this machine alone; 0.0.0.0: all).")
    private String host = PortOption.LOOPBACK;

    @Option(
            names = "--admin-host",
            paramLabel = "ADDRESS",
            defaultValue = PortOption.LOOPBACK,
            description =
                    "The address that metrics and health are served on (default: 127.0.0.1); there is no password.")
    private String adminHost = PortOption.LOOPBACK;

    @ArgGroup(validate = false, order = 3, heading = "%nWatching it:%n")
    private ObservabilityOptions observability = new ObservabilityOptions();

    @ArgGroup(validate = false, order = 1, heading = "%nHow it meets the world outside:%n")
    private EdgeOptions edge = new EdgeOptions();

    @ArgGroup(
            validate = false,
            order = 2,
            heading = "%nHow requests are treated (TIME such as 30s or 5m, SIZE such as 64KiB):%n")
    private TrafficOptions traffic = new TrafficOptions();

    @ArgGroup(validate = false, order = 5, heading = "%nAfter a loss, once:%n")
    private RecoveryOptions recovery = new RecoveryOptions();

    @ArgGroup(validate = false, order = 4, heading = "%nWhat declarations may ask of engines:%n")
    private EngineOptions engines = new EngineOptions();

    @ArgGroup(validate = false, order = 6, heading = "%nWhich model servers elsewhere may be called:%n")
    private UpstreamOptions upstreams = new UpstreamOptions();

    @ArgGroup(validate = false, order = 7, heading = "%nWhere everything is kept:%n")
    private StoreOptions store = new StoreOptions();

    @ArgGroup(validate = false, order = 8, heading = "%nWhat seals secrets:%n")
    private MasterKeyOptions masterKey = new MasterKeyOptions();

    @ArgGroup(validate = false, order = 9, heading = "%nAmong other servers on the same database:%n")
    private NodeOptions node = new NodeOptions();

    @ArgGroup(validate = false, order = 10, heading = "%nWho is told of events:%n")
    private WebhookOptions webhook = new WebhookOptions();

    @Mixin
    private LogLevelOption logLevel = new LogLevelOption();

    /** Which database holds the installation. */
    Optional<PostgresAddress> storeAddress(Shell shell, ResolvedSettings resolved) {
        return store.address(shell, resolved);
    }

    /** Where the key comes from that secrets are sealed with. */
    MasterKeySource masterKeySource(Shell shell) {
        return masterKey.source(shell);
    }

    /**
     * What they amount to.
     *
     * @param resolved where each of them was set
     * @throws dev.inferencekey.cli.api.UsageException if one of them can't be, naming it as a flag
     */
    LaunchSettings settings(Shell shell, Path data, ResolvedSettings resolved) {
        return new LaunchSettings(
                data,
                storeAddress(shell, resolved).orElse(null),
                masterKeySource(shell),
                node.settings(),
                host,
                port.number(),
                logLevel.name(),
                engines.settings(),
                observability.settings(adminHost),
                edge.settings(),
                traffic.settings(),
                recovery.settings(),
                upstreams.settings(),
                webhook.receiver(shell).orElse(null));
    }
}
