package dev.inferencekey.cli.up;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.ControlCredential;
import dev.inferencekey.cli.api.ServerAddress;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.ExitCode;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.shell.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik up}. */
@Command(
        name = "up",
        description = "Start the platform here, provision a demo workload, ask it something, and stay up.")
public final class UpCommand extends LeafCommand {
    /** Set by the launcher: how the person called it. */
    private static final String COMMAND = "IK_COMMAND";

    private static final int LONGEST_COMMAND = 30;

    private final PlatformLauncher launcher;
    private final StopSignal stop = new StopSignal();

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Read settings from this YAML file, as `ik server` does; the flags here and INFERENCEKEY_"
                    + " variables win over it (default: $$INFERENCEKEY_CONFIG, else none).")
    private @Nullable Path config;

    @Mixin
    @SuppressWarnings("UnusedVariable") // As the next ones: what holds is put together with variables and file.
    private PortOption port = new PortOption();

    @Mixin
    @SuppressWarnings("UnusedVariable")
    private ObservabilityOptions observability = new ObservabilityOptions();

    @Mixin
    @SuppressWarnings("UnusedVariable")
    private EngineOptions engines = new EngineOptions();

    @Mixin
    @SuppressWarnings("UnusedVariable")
    private UpstreamOptions upstreams = new UpstreamOptions();

    @Mixin
    @SuppressWarnings("UnusedVariable")
    private LogLevelOption logLevel = new LogLevelOption();

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Serve this GGUF file instead of a tiny one with random weights.")
    private @Nullable Path model;

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "Write the four INFERENCEKEY_* exports there once the first answer came.")
    private @Nullable Path environmentFile;

    @Option(
            names = {"-y", "--yes"},
            description = "Install a JDK 25 from the system's packages, without asking, if there is none.")
    @SuppressWarnings("UnusedVariable") // What starts Java has done it by now.
    private boolean yes;

    @Option(names = "--exit", description = "Leave after the first answer.")
    private boolean exit;

    public UpCommand(CommandContext context, PlatformLauncher launcher) {
        super(context);
        this.launcher = launcher;
    }

    @Override
    public Integer call() throws Exception {
        try {
            return super.call();
        } catch (InferenceKeyException e) {
            if (stop.isRequested()) {
                // Ctrl-C while waiting looks like a failed call.
                return ExitCode.INTERRUPTED;
            }
            throw e;
        }
    }

    @Override
    protected void run() throws IOException {
        ServerConfiguration configuration = configuration();
        DemoModel own = model == null ? null : DemoModel.own(model);
        if (environmentFile != null) {
            EnvironmentLines.requireWritable(environmentFile);
        }
        Path data = configuration.data();
        LaunchSettings settings = settings(configuration, own);
        configuration.warnings().forEach(this::warn);
        stop.listen();
        try (UpScreen screen = screen()) {
            screen.text(screen.bold("InferenceKey"));
            screen.begin("Starting the platform");
            try (RunningPlatform platform = start(configuration, settings)) {
                screen.done("Platform at " + platform.url() + ", data in " + shortened(data));
                present(platform, own == null ? DemoModel.tiny(data) : own, screen);
                if (!exit) {
                    stop.await();
                    screen.begin("Stopping");
                }
            }
        }
    }

    private ServerConfiguration configuration() {
        if (spec == null) {
            throw new IllegalStateException("picocli runs commands that it has read");
        }
        return ServerConfiguration.of(context, spec.commandLine().getParseResult(), config);
    }

    /** As a server's, if a first call can be made there by whoever has no certificate. */
    private static LaunchSettings settings(ServerConfiguration configuration, @Nullable DemoModel own) {
        LaunchSettings settings = configuration.launch();
        String role = settings.node().role();
        String unfit = settings.edge().tls() != null
                ? "--tls-cert"
                : settings.edge().control() != null
                        ? "--control-listener"
                        : role != null && !role.equals("all") ? "--role" : null;
        if (unfit != null) {
            throw configuration
                    .resolved()
                    .placed(unfit + ": `ik up` makes a first call itself, over plain HTTP and on both planes;"
                            + " run `ik server` with these settings");
        }
        return settings.withEngines(served(settings.engines(), own, configuration.data()));
    }

    private RunningPlatform start(ServerConfiguration configuration, LaunchSettings settings) {
        try {
            return launcher.start(settings);
        } catch (UsageException e) {
            throw configuration.resolved().placed(String.valueOf(e.getMessage()));
        }
    }

    private void warn(String sentence) {
        if (!context.json()) {
            context.shell().err().println("ik: " + sentence);
            context.shell().err().flush();
        }
    }

    /** Declarations may name the demo's model, wherever it is. */
    private static LaunchSettings.Engines served(LaunchSettings.Engines engines, @Nullable DemoModel own, Path data) {
        if (own == null && engines.models().isEmpty()) {
            return engines;
        }
        List<Path> models = new ArrayList<>(engines.models());
        models.add(DemoModel.folder(data));
        if (own != null) {
            models.add(own.file());
        }
        return new LaunchSettings.Engines(
                models, engines.flags(), engines.vllmEnvironments(), engines.isolation(), engines.startTimeout());
    }

    private void present(RunningPlatform platform, DemoModel served, UpScreen screen) throws IOException {
        platform.adminUrl().ifPresent(url -> screen.said("Metrics at " + url + "/metrics"));
        DemoCredentials credentials = credentials(platform, screen);
        Demo demo = new Demo(platform.url(), credentials);
        String answer;
        stop.beginInterruptible();
        try {
            screen.begin("Workload " + Demo.PROJECT + "/" + Demo.WORKLOAD);
            EndpointRef endpoint = demo.provision(served, screen::progress);
            screen.done("Workload " + endpoint + " is ready: llama.cpp with " + served.name());
            screen.begin("First call through the gateway");
            UpScreen.Answer shown = screen.answer("First call through the gateway: \"" + Demo.PROMPT + "\"");
            answer = demo.ask(endpoint, shown::add);
        } finally {
            stop.endInterruptible();
        }
        EnvironmentLines environment =
                new EnvironmentLines(platform.url(), Demo.PROJECT, credentials.token(), credentials.key());
        if (environmentFile != null) {
            environment.write(environmentFile);
        }
        context.answer(document(platform, environment, answer), () -> explain(platform, environment, screen));
    }

    private static DemoCredentials credentials(RunningPlatform platform, UpScreen screen) {
        screen.begin("Project " + Demo.PROJECT);
        ControlCredential operator =
                new ControlCredential(ControlCredential.Source.OPERATOR, platform.operatorCredential(), "the platform");
        try (ControlApi api = new ControlApi(new ServerAddress(platform.url()), operator)) {
            boolean created = DemoCredentials.createProject(api, Demo.PROJECT, Demo.PROJECT_NAME);
            DemoCredentials credentials = DemoCredentials.mint(api, Demo.PROJECT);
            screen.done("Project " + Demo.PROJECT + (created ? " created" : "") + ", fresh SDK token and API key");
            return credentials;
        }
    }

    private void explain(RunningPlatform platform, EnvironmentLines environment, UpScreen screen) {
        screen.text("");
        environment.exports().forEach(screen::text);
        String ik = context.shell()
                .variable(COMMAND)
                .filter(name -> name.length() <= LONGEST_COMMAND)
                .orElse("ik");
        screen.text("");
        screen.text(screen.bold("Next") + ", in another terminal, with these four lines"
                + (environmentFile == null ? ":" : " (`. " + environmentFile + "` sets them too):"));
        screen.text("  " + ik + " chat " + Demo.WORKLOAD + " \"Tell me more\"");
        screen.text("  " + ik + " workload list");
        screen.text("or any OpenAI client, at " + environment.url() + "/endpoint/" + Demo.PROJECT + "/" + Demo.WORKLOAD
                + "/v1");
        if (platform.setUpLink().isPresent()) {
            screen.text(
                    screen.bold("Dashboard") + ": set up your owner account with this link (works once, for 24 hours)");
            screen.text("  " + platform.setUpLink().get());
        } else {
            screen.text(screen.bold("Dashboard") + ": " + platform.controlUrl().orElse(platform.url()));
        }
        if (!exit) {
            screen.text("Ctrl-C stops it.");
        }
    }

    private static ObjectNode document(RunningPlatform platform, EnvironmentLines environment, String answer) {
        ObjectNode document = object().put("url", platform.url().toString())
                .put("project", Demo.PROJECT)
                .put("workload", Demo.WORKLOAD)
                .put("prompt", Demo.PROMPT)
                .put("answer", answer);
        platform.adminUrl().ifPresent(url -> document.put("admin_url", url.toString()));
        platform.setUpLink().ifPresent(link -> document.put("set_up_link", link.toString()));
        document.putObject("environment")
                .put(CommandContext.BASE_URL, environment.url().toString())
                .put(CommandContext.PROJECT, environment.project())
                .put(CommandContext.SDK_TOKEN, environment.token())
                .put(CommandContext.API_KEY, environment.key());
        return document;
    }

    /** The steps are for people; with --json nothing but the document is printed. */
    private UpScreen screen() {
        return context.json()
                ? new UpScreen(
                        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                        Terminal.NONE,
                        context.shell().clock())
                : new UpScreen(
                        context.shell().out(),
                        context.shell().outTerminal(),
                        context.shell().clock());
    }

    private String shortened(Path folder) {
        Path home = context.shell().home();
        return folder.startsWith(home) ? "~/" + home.relativize(folder) : folder.toString();
    }
}
