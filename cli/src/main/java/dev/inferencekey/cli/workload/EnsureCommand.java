package dev.inferencekey.cli.workload;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.EnsureOptions;
import dev.inferencekey.EnsurePlan;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.OnDrift;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.contract.workload.FieldDifference;
import dev.inferencekey.declaration.DeclarationException;
import dev.inferencekey.declaration.WorkloadFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik ensure}. */
@Command(name = "ensure", description = "Make declared workloads true: create what is missing, change what differs.")
public final class EnsureCommand extends LeafCommand {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "Declarations in YAML or JSON; - reads standard input.")
    private Path file = Path.of("-");

    @Option(
            names = "--plan",
            description = "Only show what would be done; with --on-drift fail, exit 1 if that is anything.")
    private boolean plan;

    @Option(
            names = "--on-drift",
            paramLabel = "MODE",
            defaultValue = "reconcile",
            description = "About a workload that differs: reconcile (default), fail, dry-run, warn or ignore.")
    private OnDrift onDrift = OnDrift.RECONCILE;

    @Option(names = "--wait", description = "Then wait until all of them serve.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30m",
            description = "For how long (default: 30m).")
    private Duration timeout = WaitOptions.DEFAULT_TIMEOUT;

    @Mixin
    private TokenOption token = new TokenOption();

    @Mixin
    private ProjectOption project = new ProjectOption();

    public EnsureCommand(CommandContext context) {
        super(context);
    }

    /** What was found, and whether it was acted upon. */
    private record Outcome(EnsurePlan plan, boolean applied) {}

    @Override
    protected void run() {
        // All of the file is understood before any of it is done.
        List<WorkloadSpec> specs = declarations();
        boolean dry = plan || onDrift == OnDrift.DRY_RUN;
        try (ManagementClient client = token.client(context, project.given(context))) {
            List<Outcome> outcomes =
                    specs.stream().map(spec -> ensure(client, spec, dry)).toList();
            if (wait && !dry) {
                outcomes.forEach(outcome -> waitFor(client, outcome.plan().endpoint()));
            }
            context.answer(document(outcomes), () -> outcomes.forEach(this::show));
            if (plan && onDrift == OnDrift.FAIL) {
                refuseDrift(outcomes);
            }
        }
    }

    /** For builds that are to fail when somebody has changed something by hand, or has not deployed a change. */
    private static void refuseDrift(List<Outcome> outcomes) {
        List<String> due = outcomes.stream()
                .filter(outcome -> outcome.plan().action() != EnsurePlan.Action.UNCHANGED)
                .map(outcome -> outcome.plan().endpoint().toString())
                .toList();
        if (!due.isEmpty()) {
            throw new RefusedException(0, "drift", "Not as declared: " + String.join(", ", due), null, null);
        }
    }

    private Outcome ensure(ManagementClient client, WorkloadSpec spec, boolean dry) {
        // A declaration's own project goes before the environment's, as in the client.
        EnsurePlan found = client.plan(spec);
        boolean drifted = found.action() == EnsurePlan.Action.UPDATE;
        boolean leave = dry || (drifted && (onDrift == OnDrift.WARN || onDrift == OnDrift.IGNORE));
        if (leave) {
            if (drifted && onDrift == OnDrift.WARN && !context.json()) {
                context.shell().err().println("ik: warning: " + PlainText.line(found.toString()) + "; left as it is");
            }
            return new Outcome(found, false);
        }
        client.ensure(spec, EnsureOptions.defaults().withOnDrift(onDrift));
        return new Outcome(found, found.action() != EnsurePlan.Action.UNCHANGED);
    }

    private void waitFor(ManagementClient client, EndpointRef endpoint) {
        new ReadinessScreen(context).await(client, endpoint, timeout);
    }

    private void show(Outcome outcome) {
        EndpointRef endpoint = outcome.plan().endpoint();
        String verb = switch (outcome.plan().action()) {
            case CREATE -> outcome.applied() ? "created" : "would create";
            case UPDATE ->
                outcome.applied() ? "updated" : plan || onDrift == OnDrift.DRY_RUN ? "would update" : "differs";
            case UNCHANGED -> "unchanged";
        };
        context.say(endpoint + ": " + verb);
        for (FieldDifference difference : outcome.plan().differences()) {
            context.say("  " + PlainText.line(difference.toString()));
        }
    }

    private static ObjectNode document(List<Outcome> outcomes) {
        ObjectNode document = object();
        ArrayNode workloads = document.putArray("workloads");
        for (Outcome outcome : outcomes) {
            ObjectNode workload = workloads
                    .addObject()
                    .put("project", outcome.plan().endpoint().projectSlug())
                    .put("slug", outcome.plan().endpoint().workloadSlug())
                    .put("action", outcome.plan().action().name().toLowerCase(Locale.ROOT))
                    .put("applied", outcome.applied());
            ArrayNode differences = workload.putArray("differences");
            for (FieldDifference difference : outcome.plan().differences()) {
                differences
                        .addObject()
                        .put("field", difference.field().wire())
                        .putPOJO("declared", difference.declared())
                        .putPOJO("live", difference.live());
            }
        }
        return document;
    }

    private List<WorkloadSpec> declarations() {
        String inProject = project.given(context);
        try {
            return file.toString().equals("-")
                    ? WorkloadFile.read("-", context.shell().in(), inProject)
                    : WorkloadFile.read(file, inProject);
        } catch (DeclarationException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UsageException("cannot read standard input", e);
        }
    }
}
