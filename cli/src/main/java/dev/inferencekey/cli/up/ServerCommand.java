package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik server}. */
@Command(name = "server", description = "Run the platform here until it is told to stop (Ctrl-C, SIGTERM).")
public final class ServerCommand extends LeafCommand {
    private final PlatformLauncher launcher;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Read settings from this YAML file, as `max-body: 1MiB`: a flag or an INFERENCEKEY_ variable wins"
                            + " over it; read again on SIGHUP (default: $$INFERENCEKEY_CONFIG, else none).")
    private @Nullable Path config;

    @Mixin
    @SuppressWarnings("UnusedVariable") // For help and parsing; what holds is put together with variables and file.
    private ServerOptions options = new ServerOptions();

    public ServerCommand(CommandContext context, PlatformLauncher launcher) {
        super(context);
        this.launcher = launcher;
    }

    @Override
    protected void run() {
        if (spec == null) {
            throw new IllegalStateException("picocli runs commands that it has read");
        }
        ServerConfiguration configuration =
                ServerConfiguration.of(context, spec.commandLine().getParseResult(), config);
        LaunchSettings settings = configuration.launch();
        configuration.warnings().forEach(this::warn);
        StopSignal stop = new StopSignal();
        stop.listen();
        AtomicReference<@Nullable ReloadNote> note = new AtomicReference<>();
        ConfigReload reload = new ConfigReload(configuration, outcome -> tell(outcome, note.get()));
        reload.listen();
        Path data = configuration.data();
        try (RunningPlatform platform = start(configuration, settings);
                ReloadNote kept = configuration
                        .file()
                        .map(file -> ReloadNote.write(data, file))
                        .orElse(null)) {
            note.set(kept);
            reload.into(platform);
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

    private RunningPlatform start(ServerConfiguration configuration, LaunchSettings settings) {
        try {
            return launcher.start(settings);
        } catch (UsageException e) {
            throw configuration.resolved().placed(String.valueOf(e.getMessage()));
        }
    }

    private void tell(ReloadOutcome outcome, @Nullable ReloadNote note) {
        warn(outcome.sentence());
        if (note != null) {
            note.add(outcome);
        }
    }

    private void warn(String sentence) {
        if (!context.json()) {
            context.shell().err().println("ik: " + sentence);
            context.shell().err().flush();
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
