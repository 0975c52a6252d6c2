package dev.inferencekey.cli.up;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik server}. */
@Command(name = "server", description = "Run the platform here until it is told to stop (Ctrl-C, SIGTERM).")
public final class ServerCommand extends LeafCommand {
    private final PlatformLauncher launcher;

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

    public ServerCommand(CommandContext context, PlatformLauncher launcher) {
        super(context);
        this.launcher = launcher;
    }

    @Override
    protected void run() {
        int checkedPort = port.number();
        StopSignal stop = new StopSignal();
        stop.listen();
        Path data = context.dataFolder().path();
        LaunchSettings settings = new LaunchSettings(
                data,
                store.address(context.shell()).orElse(null),
                masterKey.source(context.shell()),
                node.settings(),
                host,
                checkedPort,
                logLevel.name(),
                engines.settings(),
                observability.settings(adminHost),
                edge.settings(),
                traffic.settings(),
                recovery.settings(),
                upstreams.settings(),
                webhook.receiver(context.shell()).orElse(null));
        try (RunningPlatform platform = launcher.start(settings)) {
            ObjectNode document = object().put("url", platform.url().toString()).put("data", data.toString());
            platform.controlUrl().ifPresent(url -> document.put("control_url", url.toString()));
            platform.adminUrl().ifPresent(url -> document.put("admin_url", url.toString()));
            platform.setUpLink().ifPresent(link -> document.put("owner", "none; make a link with: ik owner-link"));
            context.answer(document, () -> {
                context.say("InferenceKey at " + platform.url() + ", data in " + data);
                platform.controlUrl()
                        .ifPresent(url -> context.say("Control plane at " + url + ", for clients with a certificate"));
                platform.adminUrl()
                        .ifPresent(url ->
                                context.say("Metrics at " + url + "/metrics, health at " + url + "/health/ready"));
                platform.setUpLink().ifPresent(this::tellOfOwner);
            });
            stop.await();
        }
    }

    /** The link makes an owner, so it is shown to a person and not to a log. */
    private void tellOfOwner(URI link) {
        context.say(
                context.shell().outTerminal().interactive()
                        ? "Set up the owner account there (works once, for 24 hours): " + link
                        : "There is no owner account yet; make a link for it on this machine with: ik owner-link");
    }
}
