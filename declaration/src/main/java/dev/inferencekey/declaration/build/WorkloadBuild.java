package dev.inferencekey.declaration.build;

import dev.inferencekey.AuthenticationException;
import dev.inferencekey.ConfigurationException;
import dev.inferencekey.EndpointRef;
import dev.inferencekey.EnsureOptions;
import dev.inferencekey.EnsurePlan;
import dev.inferencekey.EnvironmentVariables;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.OnDrift;
import dev.inferencekey.PermissionDeniedException;
import dev.inferencekey.Readiness;
import dev.inferencekey.ReadinessTimeoutException;
import dev.inferencekey.TransportException;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.contract.workload.FieldDifference;
import dev.inferencekey.declaration.DeclarationException;
import dev.inferencekey.declaration.WorkloadFile;
import dev.inferencekey.declaration.build.WorkloadBuildException.Reason;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a build does with the workloads that a file declares: ensure, plan and wait, the same in each build tool. All declarations are
 * understood before anything is asked of the server. Of another machine's server, nothing is asked if the build tool is offline: that is told
 * as a warning.
 *
 * <p>Each method throws {@link WorkloadBuildException} if the build must fail. For one thread.
 */
public final class WorkloadBuild {
    /** Long enough for a server that restarts, short enough for a person who waits. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    /**
     * Where the declarations are, and whose server they are for. Immutable.
     *
     * @param file in YAML or JSON, as {@code ik ensure -f} reads it
     * @param baseUrl the server's address; null or blank for the environment's
     * @param project the project of declarations that name none; null or blank for the environment's
     * @param offline whether the build was told to use no network
     */
    public record Settings(
            Path file, @Nullable String baseUrl, @Nullable String project, boolean offline) {}

    private final BuildTool tool;
    private final BuildLog log;
    private final Settings settings;
    private final Map<String, String> environment;
    private final Supplier<String> otherToken;

    /**
     * For one run.
     *
     * @param environment the variables of the build, {@link EnvironmentVariables} among them
     * @param otherToken gives the SDK token where the environment has none, or throws {@link WorkloadBuildException}
     */
    public WorkloadBuild(
            BuildTool tool,
            BuildLog log,
            Settings settings,
            Map<String, String> environment,
            Supplier<String> otherToken) {
        this.tool = tool;
        this.log = log;
        this.settings = settings;
        this.environment = Map.copyOf(environment);
        this.otherToken = otherToken;
    }

    /**
     * Makes declared workloads true: creates what is missing, changes what differs.
     *
     * @param onDrift what to do about a workload that differs: {@code reconcile}, {@code fail}, {@code warn} or {@code ignore}
     */
    public void ensure(String onDrift) {
        OnDrift wanted = switch (onDrift.toLowerCase(Locale.ROOT)) {
            case "reconcile" -> OnDrift.RECONCILE;
            case "fail" -> OnDrift.FAIL;
            case "warn" -> OnDrift.WARN;
            case "ignore" -> OnDrift.IGNORE;
            default ->
                throw WorkloadBuildException.setup(
                        "inferencekey.onDrift must be reconcile, fail, warn or ignore, not \"" + onDrift
                                + "\"; to change nothing, use " + tool.plan() + ".");
        };
        withServer((client, specs) -> ensure(client, specs, wanted));
    }

    private void ensure(ManagementClient client, List<WorkloadSpec> specs, OnDrift wanted) {
        List<String> left = new ArrayList<>();
        for (WorkloadSpec spec : specs) {
            EnsurePlan found = client.plan(spec);
            boolean drifted = found.action() == EnsurePlan.Action.UPDATE;
            if (drifted && (wanted == OnDrift.WARN || wanted == OnDrift.IGNORE)) {
                left.add(found.endpoint().toString());
                tell("differs, and is left as it is", found);
                continue;
            }
            client.ensure(spec, EnsureOptions.defaults().withOnDrift(wanted));
            switch (found.action()) {
                case CREATE -> tell("created", found);
                case UPDATE -> tell("updated", found);
                case UNCHANGED -> tell("unchanged", found);
            }
        }
        if (!left.isEmpty() && wanted == OnDrift.WARN) {
            log.warn(counted(left.size()) + (left.size() == 1 ? " differs" : " differ") + " from the declaration: "
                    + String.join(", ", left));
        }
    }

    /**
     * Shows what ensure would do, and does nothing.
     *
     * @param failOnDrift whether workloads that are missing or differ fail the build
     */
    public void plan(boolean failOnDrift) {
        withServer((client, specs) -> plan(client, specs, failOnDrift));
    }

    private void plan(ManagementClient client, List<WorkloadSpec> specs, boolean failOnDrift) {
        int due = 0;
        for (WorkloadSpec spec : specs) {
            EnsurePlan plan = client.plan(spec);
            switch (plan.action()) {
                case CREATE -> tell("would be created", plan);
                case UPDATE -> tell(plan.isReconcilable() ? "would be updated" : "can't be updated", plan);
                case UNCHANGED -> tell("unchanged", plan);
            }
            due += plan.action() == EnsurePlan.Action.UNCHANGED ? 0 : 1;
        }
        if (due > 0 && failOnDrift) {
            throw new WorkloadBuildException(
                    Reason.WORKLOADS,
                    counted(due) + (due == 1 ? " is" : " are") + " not as declared. Run " + tool.ensure()
                            + ", or mend the declaration; " + tool.setting("failOnDrift=false") + " only tells.",
                    null);
        }
    }

    /**
     * Waits until all declared workloads serve, one after the other.
     *
     * @param timeout for how long all of them together may take, in seconds, at least 1
     */
    public void await(long timeout) {
        if (timeout < 1) {
            throw WorkloadBuildException.setup("inferencekey.timeout must be at least 1 second, not " + timeout + ".");
        }
        withServer((client, specs) -> await(client, specs, timeout));
    }

    private void await(ManagementClient client, List<WorkloadSpec> specs, long timeout) {
        long end = System.nanoTime() + Duration.ofSeconds(timeout).toNanos();
        for (WorkloadSpec spec : specs) {
            // What there is of it says where it is: the project may come from the client.
            EndpointRef endpoint = client.plan(spec).endpoint();
            Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
            try {
                Readiness ready = client.waitUntilReady(
                        endpoint,
                        WaitOptions.defaults()
                                .withTimeout(left)
                                .withProgressLine(false)
                                .withProgress(readiness -> log.info(endpoint + ": " + readiness)));
                log.info(endpoint + " is ready (" + ready.elapsed().toMillis() + " ms).");
            } catch (ReadinessTimeoutException e) {
                throw new WorkloadBuildException(
                        Reason.WORKLOADS, endpoint + " was not ready within " + timeout + " s: " + e.getMessage(), e);
            }
        }
    }

    private void withServer(BiConsumer<ManagementClient, List<WorkloadSpec>> work) {
        List<WorkloadSpec> specs = declarations();
        String server =
                present(settings.baseUrl()) ? settings.baseUrl() : environment.get(EnvironmentVariables.BASE_URL);
        if (settings.offline() && !isThisMachine(server)) {
            log.warn(tool.name() + " is offline: nothing was asked of " + (server == null ? "the server" : server)
                    + ", and nothing is known of its workloads.");
            return;
        }
        try (ManagementClient client = ManagementClient.builder()
                .environment(environment)
                .baseUrl(settings.baseUrl())
                .project(settings.project())
                .token(token())
                .retryFor(RETRY)
                .build()) {
            work.accept(client, specs);
        } catch (ConfigurationException e) {
            throw new WorkloadBuildException(Reason.SETUP, String.valueOf(e.getMessage()), e);
        } catch (AuthenticationException e) {
            throw new WorkloadBuildException(
                    Reason.SETUP,
                    "The server does not accept the SDK token. Is it of this server, and not revoked? "
                            + e.getMessage(),
                    e);
        } catch (PermissionDeniedException e) {
            throw new WorkloadBuildException(
                    Reason.SETUP,
                    "The SDK token may not do this; `ik token show` tells its scopes. " + e.getMessage(),
                    e);
        } catch (TransportException e) {
            throw new WorkloadBuildException(
                    Reason.SETUP, "The server can't be reached; is inferencekey.baseUrl right? " + e.getMessage(), e);
        } catch (InferenceKeyException e) {
            throw new WorkloadBuildException(Reason.WORKLOADS, String.valueOf(e.getMessage()), e);
        }
    }

    private List<WorkloadSpec> declarations() {
        try {
            String inProject =
                    present(settings.project()) ? settings.project() : environment.get(EnvironmentVariables.PROJECT);
            return WorkloadFile.read(settings.file(), inProject);
        } catch (DeclarationException e) {
            throw new WorkloadBuildException(
                    Reason.SETUP,
                    Files.exists(settings.file())
                            ? String.valueOf(e.getMessage())
                            : e.getMessage() + " Name another with " + tool.setting("file=…"),
                    e);
        }
    }

    /** The environment's, since CI hands secrets over so; else the build tool's own. */
    private String token() {
        String set = environment.get(EnvironmentVariables.SDK_TOKEN);
        return set != null && !set.isBlank() ? set : otherToken.get();
    }

    /** What was found, in a line for each difference. */
    private void tell(String verb, EnsurePlan plan) {
        log.info(plan.endpoint() + ": " + verb);
        for (FieldDifference difference : plan.differences()) {
            log.info("  " + difference);
        }
    }

    private static String counted(int number) {
        return number == 1 ? "1 workload" : number + " workloads";
    }

    private static boolean present(@Nullable String text) {
        return text != null && !text.isBlank();
    }

    /** Reached without a network. */
    private static boolean isThisMachine(@Nullable String server) {
        try {
            String host = server == null ? null : URI.create(server.strip()).getHost();
            return host != null
                    && (host.equals("localhost") || host.matches("[0-9.]+|\\[.*]"))
                    && InetAddress.getByName(host).isLoopbackAddress();
        } catch (IllegalArgumentException | UnknownHostException e) {
            return false;
        }
    }
}
