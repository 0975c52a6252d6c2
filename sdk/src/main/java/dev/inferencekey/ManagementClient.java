package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.workload.Drift;
import dev.inferencekey.contract.workload.FieldDifference;
import dev.inferencekey.internal.Bearer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Provisions workloads with an {@code ik_sdk_} token; it can't call them. Immutable and thread-safe: make one, share it, close it at
 * the end.
 *
 * {@snippet :
 * try (ManagementClient management = ManagementClient.fromEnv()) {
 *     EndpointRef bot = management.ensure(WorkloadSpec.builder()
 *             .name("Support bot").slug("support-bot").backend("ollama").model("gemma4:26b")
 *             .build());
 *     management.waitUntilReady(bot, WaitOptions.defaults().withTimeout(Duration.ofMinutes(10)));
 * }
 * }
 *
 * <p>Every method throws {@link InferenceKeyException}s: {@link PermissionDeniedException} and {@link AuthenticationException} for
 * the token, {@link ValidationException} for what can't be right, {@link ConfigurationException} before anything is sent, {@link
 * ApiException} and its children for other answers, {@link TransportException} without one. Every method exists a second time with
 * {@code Async} at its name: it runs on a daemon thread of the client's, the future fails with the same exceptions, and
 * cancelling the future cancels the request.
 *
 * <p>All calls are such that repeating them does no harm, so failed connections and the statuses 502, 503 and 504 are tried again
 * (see {@link ClientBuilder#retryFor}).
 */
public final class ManagementClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ManagementClient.class.getName());

    /** How often a workload may vanish or appear between looking and acting before somebody must be told. */
    private static final int MAX_ROUNDS = 4;

    private final Wire wire;
    private final WorkloadRoutes workloads;
    private final SdkToken token;
    private final @Nullable String project;

    private ManagementClient(Builder builder) {
        this.token = builder.resolve(builder.token, EnvironmentVariables.SDK_TOKEN)
                .map(Credentials::sdkToken)
                .orElseThrow(() -> new ConfigurationException(
                        "No ik_sdk_ token. Pass a token or set " + EnvironmentVariables.SDK_TOKEN + "."));
        this.project = builder.project().orElse(null);
        this.wire = builder.wire(RetryPolicy.defaults());
        this.workloads = new WorkloadRoutes(wire, Bearer.of(token), builder.timeout(), builder.retryFor());
    }

    /**
     * A client configured by {@link EnvironmentVariables} alone.
     *
     * @throws ConfigurationException if the token is missing or malformed
     * @throws PermissionDeniedException if the token is an {@code ik_live_} key
     */
    public static ManagementClient fromEnv() {
        return builder().build();
    }

    /** A builder; what it is not given is taken from {@link EnvironmentVariables}. */
    public static Builder builder() {
        return new Builder();
    }

    /** {@link #ensure(WorkloadSpec, EnsureOptions)} with {@link OnDrift#RECONCILE}. */
    public EndpointRef ensure(WorkloadSpec spec) {
        return ensure(spec, EnsureOptions.defaults());
    }

    /** {@link #ensure(WorkloadSpec, EnsureOptions)} in the declaration's or the client's project. */
    public EndpointRef ensure(WorkloadSpec spec, OnDrift onDrift) {
        return ensure(spec, EnsureOptions.defaults().withOnDrift(onDrift));
    }

    /**
     * Makes the declaration true: creates the workload if its slug does not exist, changes what differs if it does, does nothing
     * otherwise. Calling it again, or from many places at once, ends with the same one workload. Returns as soon as the server
     * has taken it in; {@link #waitUntilReady} waits for it to serve.
     *
     * @return where the workload is; with {@link OnDrift#DRY_RUN} where it would be
     * @throws DriftException with {@link OnDrift#FAIL}, if anything differs
     * @throws ValidationException if {@code task_type} differs: no update can change it
     * @throws ConfigurationException if no project is named anywhere
     */
    public EndpointRef ensure(WorkloadSpec spec, EnsureOptions options) {
        EndpointRef endpoint = endpoint(spec, options);
        for (int round = 1; round <= MAX_ROUNDS; round++) {
            Workload live = workloads.find(endpoint).workload();
            if (carryOut(spec, endpoint, live, options.onDrift())) {
                return live == null ? endpoint : reported(endpoint, live);
            }
        }
        throw new ConflictException(
                "workload " + endpoint + " keeps appearing and vanishing: somebody else is changing it",
                ErrorDetails.NONE);
    }

    /** {@link #plan(WorkloadSpec, EnsureOptions)} in the declaration's or the client's project. */
    public EnsurePlan plan(WorkloadSpec spec) {
        return plan(spec, EnsureOptions.defaults());
    }

    /** What {@link #ensure(WorkloadSpec, EnsureOptions) ensure} would do now, without doing it. */
    public EnsurePlan plan(WorkloadSpec spec, EnsureOptions options) {
        EndpointRef endpoint = endpoint(spec, options);
        return plan(spec, endpoint, workloads.find(endpoint).workload());
    }

    /** Every workload of the client's project. */
    public List<Workload> list() {
        return workloads.list(project(null));
    }

    /**
     * One workload of the client's project.
     *
     * @throws NotFoundException if there is none with this slug
     */
    public Workload get(String slug) {
        EndpointRef endpoint = endpoint(slug);
        WorkloadRoutes.Found found = workloads.find(endpoint);
        Workload workload = found.workload();
        if (workload == null) {
            InferenceKeyException absence = found.absence();
            throw absence == null ? WorkloadRoutes.absent(endpoint) : absence;
        }
        return workload;
    }

    /**
     * Deletes a workload of the client's project and stops what runs for it. Idempotent.
     *
     * @return whether it existed
     */
    public boolean delete(String slug) {
        Workload workload = workloads.find(endpoint(slug)).workload();
        return workload != null && workloads.delete(workload);
    }

    /** {@link #waitUntilReady(EndpointRef, WaitOptions)} for a workload of the client's project. */
    public Readiness waitUntilReady(String slug, WaitOptions options) {
        return waitUntilReady(endpoint(slug), options);
    }

    /**
     * Waits until a workload serves. A stream that drops is opened again, and a server that is away is waited for, all within the
     * time limit.
     *
     * @return the report that said so
     * @throws WorkloadFailedException if the workload failed, with the reason
     * @throws ReadinessTimeoutException if the time is up; the workload goes on starting
     */
    public Readiness waitUntilReady(EndpointRef endpoint, WaitOptions options) {
        ProgressLine line =
                options.progressLine() ? ProgressLine.standard(endpoint.workloadSlug()) : ProgressLine.none();
        return waitUntilReady(endpoint, options, line);
    }

    Readiness waitUntilReady(EndpointRef endpoint, WaitOptions options, ProgressLine line) {
        return new ReadinessWatch(wire, endpoint, options, line, limit -> workloads.readiness(endpoint, limit)).await();
    }

    /** {@link #ensure(WorkloadSpec)} without waiting. */
    public CompletableFuture<EndpointRef> ensureAsync(WorkloadSpec spec) {
        return wire.run(() -> ensure(spec));
    }

    /** {@link #ensure(WorkloadSpec, OnDrift)} without waiting. */
    public CompletableFuture<EndpointRef> ensureAsync(WorkloadSpec spec, OnDrift onDrift) {
        return wire.run(() -> ensure(spec, onDrift));
    }

    /** {@link #ensure(WorkloadSpec, EnsureOptions)} without waiting. */
    public CompletableFuture<EndpointRef> ensureAsync(WorkloadSpec spec, EnsureOptions options) {
        return wire.run(() -> ensure(spec, options));
    }

    /** {@link #plan(WorkloadSpec)} without waiting. */
    public CompletableFuture<EnsurePlan> planAsync(WorkloadSpec spec) {
        return wire.run(() -> plan(spec));
    }

    /** {@link #plan(WorkloadSpec, EnsureOptions)} without waiting. */
    public CompletableFuture<EnsurePlan> planAsync(WorkloadSpec spec, EnsureOptions options) {
        return wire.run(() -> plan(spec, options));
    }

    /** {@link #list} without waiting. */
    public CompletableFuture<List<Workload>> listAsync() {
        return wire.run(this::list);
    }

    /** {@link #get} without waiting. */
    public CompletableFuture<Workload> getAsync(String slug) {
        return wire.run(() -> get(slug));
    }

    /** {@link #delete} without waiting. */
    public CompletableFuture<Boolean> deleteAsync(String slug) {
        return wire.run(() -> delete(slug));
    }

    /** {@link #waitUntilReady(String, WaitOptions)} without waiting. */
    public CompletableFuture<Readiness> waitUntilReadyAsync(String slug, WaitOptions options) {
        return wire.run(() -> waitUntilReady(slug, options));
    }

    /** {@link #waitUntilReady(EndpointRef, WaitOptions)} without waiting. */
    public CompletableFuture<Readiness> waitUntilReadyAsync(EndpointRef endpoint, WaitOptions options) {
        return wire.run(() -> waitUntilReady(endpoint, options));
    }

    /** Ends what is in flight with a {@link TransportException}; later calls throw {@link IllegalStateException}. Idempotent. */
    @Override
    public void close() {
        wire.close();
    }

    /** Address, project and the token's public part. */
    @Override
    public String toString() {
        return "ManagementClient[" + wire.transport().base() + ", project=" + project + ", token=" + token.redacted()
                + "]";
    }

    /** Does what the plan and the mode ask for; false if the world moved meanwhile and it must be looked at again. */
    private boolean carryOut(WorkloadSpec spec, EndpointRef endpoint, @Nullable Workload live, OnDrift onDrift) {
        EnsurePlan plan = plan(spec, endpoint, live);
        if (plan.action() == EnsurePlan.Action.UNCHANGED) {
            return true;
        }
        if (onDrift == OnDrift.DRY_RUN) {
            log(System.Logger.Level.INFO, "dry run, nothing is changed: plan={0}", plan);
            return true;
        }
        if (live == null) {
            // Of a project given by its id the slug is still to be learnt: by looking again.
            return workloads.create(endpoint.projectSlug(), spec) == WorkloadRoutes.Creation.CREATED
                    && !isProjectId(endpoint.projectSlug());
        }
        switch (onDrift) {
            case RECONCILE -> {
                return reconcile(spec, plan, live);
            }
            case FAIL -> throw new DriftException(endpoint, plan.differences());
            case WARN ->
                log(
                        System.Logger.Level.WARNING,
                        "workload differs from its declaration, nothing is changed: plan={0}",
                        plan);
            case IGNORE, DRY_RUN -> {
                // Left as it is.
            }
        }
        return true;
    }

    private boolean reconcile(WorkloadSpec spec, EnsurePlan plan, Workload live) {
        Drift drift = new Drift(plan.differences());
        if (!plan.isReconcilable()) {
            throw new ValidationException("workload \"" + live.slug() + "\" can't be reconciled: "
                    + drift.irreconcilable().stream()
                            .map(FieldDifference::toString)
                            .collect(Collectors.joining("; "))
                    + ": task_type is fixed at creation; delete the workload first, or declare another slug");
        }
        return workloads.patch(live, drift.patch(spec.toJson()));
    }

    private static EnsurePlan plan(WorkloadSpec spec, EndpointRef endpoint, @Nullable Workload live) {
        if (live == null) {
            return new EnsurePlan(EnsurePlan.Action.CREATE, endpoint, List.of());
        }
        Drift drift = Drift.between(spec.toJson(), live.raw());
        return drift.isEmpty()
                ? new EnsurePlan(EnsurePlan.Action.UNCHANGED, endpoint, List.of())
                : new EnsurePlan(EnsurePlan.Action.UPDATE, endpoint, drift.differences());
    }

    /** A project may be given by its id; the data plane wants its slug, which the server reports. */
    private static EndpointRef reported(EndpointRef endpoint, Workload live) {
        String slug = live.projectSlug();
        return slug != null && isProjectId(endpoint.projectSlug())
                ? new EndpointRef(slug, endpoint.workloadSlug())
                : endpoint;
    }

    private static boolean isProjectId(String project) {
        return project.startsWith("proj_");
    }

    private EndpointRef endpoint(WorkloadSpec spec, EnsureOptions options) {
        String asked = options.project();
        return new EndpointRef(project(asked == null ? spec.project().orElse(null) : asked), spec.slug());
    }

    private EndpointRef endpoint(String slug) {
        return new EndpointRef(project(null), slug);
    }

    private String project(@Nullable String asked) {
        String chosen = asked == null ? project : asked;
        if (chosen == null) {
            throw new ConfigurationException("No project. Pass a project or set " + EnvironmentVariables.PROJECT + ".");
        }
        return chosen;
    }

    private static void log(System.Logger.Level level, String message, EnsurePlan plan) {
        LOG.log(level, message, Redaction.scrub(plan.toString()));
    }

    /** Settings of a {@link ManagementClient}. A call may take 60 s by default. Not thread-safe. */
    public static final class Builder extends ClientBuilder<Builder> {
        private @Nullable String token;

        private Builder() {
            super(Duration.ofSeconds(60));
        }

        @Override
        Builder self() {
            return this;
        }

        /** The {@code ik_sdk_} token. */
        public Builder token(@Nullable String value) {
            this.token = value;
            return this;
        }

        /** {@link #token(String)}, read already. */
        public Builder token(SdkToken value) {
            this.token = Objects.requireNonNull(value, "token").reveal();
            return this;
        }

        /**
         * The client. Nothing is sent yet.
         *
         * @throws ConfigurationException if the token is missing or malformed, or another setting is
         * @throws PermissionDeniedException if the token is an {@code ik_live_} key
         */
        public ManagementClient build() {
            return new ManagementClient(this);
        }
    }
}
