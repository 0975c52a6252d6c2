package dev.inferencekey.server.manager;

import dev.inferencekey.server.domain.engine.EngineRules;
import dev.inferencekey.server.manager.access.Authenticator;
import dev.inferencekey.server.manager.access.CredentialSightings;
import dev.inferencekey.server.manager.access.HijackedSessions;
import dev.inferencekey.server.manager.access.ResourceResolver;
import dev.inferencekey.server.manager.attention.AttentionService;
import dev.inferencekey.server.manager.audit.AuditRoutes;
import dev.inferencekey.server.manager.audit.AuditService;
import dev.inferencekey.server.manager.budget.BudgetRoutes;
import dev.inferencekey.server.manager.budget.BudgetService;
import dev.inferencekey.server.manager.explain.ExplainRoutes;
import dev.inferencekey.server.manager.explain.ExplainService;
import dev.inferencekey.server.manager.form.SentFormService;
import dev.inferencekey.server.manager.health.HealthRoutes;
import dev.inferencekey.server.manager.http.ErrorAnswers;
import dev.inferencekey.server.manager.http.ErrorPages;
import dev.inferencekey.server.manager.http.FrontDoor;
import dev.inferencekey.server.manager.http.InternalGate;
import dev.inferencekey.server.manager.http.RequestIds;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.http.RouteTable;
import dev.inferencekey.server.manager.invitation.InvitationRoutes;
import dev.inferencekey.server.manager.invitation.InvitationService;
import dev.inferencekey.server.manager.key.ApiKeyRoutes;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.manager.member.MemberRoutes;
import dev.inferencekey.server.manager.member.MemberService;
import dev.inferencekey.server.manager.node.NodeRoutes;
import dev.inferencekey.server.manager.node.NodeService;
import dev.inferencekey.server.manager.price.PriceRoutes;
import dev.inferencekey.server.manager.price.PriceService;
import dev.inferencekey.server.manager.project.ProjectRoutes;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.secret.UpstreamSecretRoutes;
import dev.inferencekey.server.manager.secret.UpstreamSecretService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.session.PasswordCheck;
import dev.inferencekey.server.manager.session.SessionRoutes;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.manager.setup.SetUpService;
import dev.inferencekey.server.manager.sso.SignOnBrowserRoutes;
import dev.inferencekey.server.manager.sso.SignOnRoutes;
import dev.inferencekey.server.manager.sso.SingleSignOnService;
import dev.inferencekey.server.manager.token.SdkTokenRoutes;
import dev.inferencekey.server.manager.token.SdkTokenService;
import dev.inferencekey.server.manager.usage.ReconciliationRoutes;
import dev.inferencekey.server.manager.usage.ReconciliationService;
import dev.inferencekey.server.manager.usage.UsageRetentionRoutes;
import dev.inferencekey.server.manager.usage.UsageRetentionService;
import dev.inferencekey.server.manager.usage.UsageRoutes;
import dev.inferencekey.server.manager.usage.UsageService;
import dev.inferencekey.server.manager.workload.ReadinessStream;
import dev.inferencekey.server.manager.workload.WorkloadLimitRoutes;
import dev.inferencekey.server.manager.workload.WorkloadLimitService;
import dev.inferencekey.server.manager.workload.WorkloadRoutes;
import dev.inferencekey.server.manager.workload.WorkloadService;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.PasswordHasher;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.health.Health;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.runtime.EngineCounterSource;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.usage.UsageBacklog;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The control plane's services and routes, wired in one place; nothing in here listens on anything. The dashboard calls the same
 * services. Thread-safe.
 */
public final class ControlPlane {
    /** What the control plane stands on. */
    public record Parts(
            Store store,
            IdSource ids,
            InstantSource time,
            SecureRandom random,
            PasswordHasher passwords,
            SecretCipher cipher,
            WorkloadRuntime runtime,
            AccessPublication publication,
            Membership membership,
            EngineRules engines,
            Health health,
            EngineCounterSource counters,
            UsageBacklog backlog) {}

    private final Parts parts;
    private final Clock clock;
    private final AuditTrail auditTrail;

    private final ProjectService projects;
    private final WorkloadService workloads;
    private final WorkloadLimitService workloadLimits;
    private final SdkTokenService tokens;
    private final ApiKeyService keys;
    private final MemberService members;
    private final SignInService signIns;
    private final HijackedSessions hijackedSessions;
    private final SentFormService sentForms;
    private final InvitationService invitations;
    private final SingleSignOnService signOn;
    private final UpstreamSecretService secrets;
    private final PriceService prices;
    private final BudgetService budgets;
    private final AuditService audit;
    private final UsageService usage;
    private final UsageRetentionService usageRetention;
    private final ReconciliationService reconciliations;
    private final SetUpService setUp;
    private final AttentionService attention;
    private final NodeService nodes;
    private final ExplainService explain;

    /** What is served, once there is a front door. */
    private volatile RouteTable served = new RouteTable(List.of());

    public ControlPlane(Parts parts) {
        this.parts = parts;
        Store store = parts.store();
        IdSource ids = parts.ids();
        WorkloadRuntime runtime = parts.runtime();
        Publisher publisher = new Publisher(parts.publication());
        clock = new Clock(parts.time());
        auditTrail = new AuditTrail(ids, clock);

        projects = new ProjectService(store, ids, clock, auditTrail, publisher, runtime);
        workloads = new WorkloadService(store, ids, clock, auditTrail, publisher, runtime, parts.engines());
        workloadLimits = new WorkloadLimitService(store, auditTrail, publisher);
        tokens = new SdkTokenService(store, ids, clock, parts.random(), auditTrail, publisher);
        budgets = new BudgetService(store, ids, clock, auditTrail, publisher);
        keys = new ApiKeyService(store, ids, clock, parts.random(), auditTrail, publisher, budgets);
        members = new MemberService(store, ids, clock, parts.passwords(), auditTrail);
        PasswordCheck passwords = new PasswordCheck(parts.passwords());
        signIns = new SignInService(store, clock, parts.random(), passwords, auditTrail);
        hijackedSessions = new HijackedSessions(store, auditTrail);
        sentForms = new SentFormService(store, clock);
        signOn = new SingleSignOnService(store, ids, clock, parts.random(), parts.cipher(), auditTrail, signIns);
        invitations = new InvitationService(store, ids, clock, parts.random(), passwords, signIns, auditTrail);
        secrets = new UpstreamSecretService(store, clock, parts.cipher(), auditTrail, runtime);
        prices = new PriceService(store, clock, auditTrail, publisher);
        audit = new AuditService(store);
        usage = new UsageService(store, clock);
        usageRetention = new UsageRetentionService(store, auditTrail);
        reconciliations = new ReconciliationService(store, clock, parts.counters(), parts.backlog(), runtime);
        attention = new AttentionService(store, clock);
        nodes = new NodeService(store, parts.membership(), auditTrail);
        explain = new ExplainService(store, clock, new ResourceResolver(store), this::served);
        setUp = new SetUpService(store, ids, clock, invitations);
    }

    /** Everything that a request goes through; {@code more} are the routes of other packages, such as pages. */
    FrontDoor frontDoor(ManagerConfig config, List<Route> more, ErrorPages errorPages) {
        List<Route> routes = new ArrayList<>(routes(config));
        routes.addAll(new SignOnBrowserRoutes(signOn).routes());
        routes.addAll(more);
        RouteTable table = new RouteTable(routes);
        served = table;
        CredentialSightings sightings = new CredentialSightings(parts.store(), clock, auditTrail);
        return new FrontDoor(
                new InternalGate(config.internalSecret()),
                new Authenticator(parts.store(), clock, config.operator(), sightings, hijackedSessions),
                table,
                new ResourceResolver(parts.store()),
                new RequestIds(parts.ids()),
                config.endpoints(),
                new ErrorAnswers(errorPages, config.help()));
    }

    /** Every route of the API. */
    List<Route> routes(ManagerConfig config) {
        ReadinessStream readiness = new ReadinessStream(workloads, parts.runtime(), clock, config.keepAlive());
        return List.of(
                        new HealthRoutes(parts.health()).routes(),
                        new SessionRoutes(signIns).routes(),
                        new SignOnRoutes(signOn).routes(),
                        new ProjectRoutes(projects).routes(),
                        new WorkloadRoutes(workloads, readiness).routes(),
                        new WorkloadLimitRoutes(workloads, workloadLimits, nodes).routes(),
                        new SdkTokenRoutes(tokens, clock).routes(),
                        new ApiKeyRoutes(keys, nodes, clock).routes(),
                        new MemberRoutes(members).routes(),
                        new InvitationRoutes(invitations).routes(),
                        new UpstreamSecretRoutes(secrets).routes(),
                        new PriceRoutes(prices).routes(),
                        new BudgetRoutes(budgets, workloads, keys).routes(),
                        new UsageRoutes(usage, clock).routes(),
                        new UsageRetentionRoutes(usageRetention).routes(),
                        new ReconciliationRoutes(workloads, reconciliations).routes(),
                        new AuditRoutes(audit, clock).routes(),
                        new ExplainRoutes(explain).routes(),
                        new NodeRoutes(nodes).routes())
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    /** The time, as the services see it. */
    public Clock clock() {
        return clock;
    }

    public WorkloadRuntime runtime() {
        return parts.runtime();
    }

    public SecureRandom random() {
        return parts.random();
    }

    public ProjectService projects() {
        return projects;
    }

    public WorkloadService workloads() {
        return workloads;
    }

    public WorkloadLimitService workloadLimits() {
        return workloadLimits;
    }

    public SdkTokenService tokens() {
        return tokens;
    }

    public ApiKeyService keys() {
        return keys;
    }

    public MemberService members() {
        return members;
    }

    public SignInService signIns() {
        return signIns;
    }

    public HijackedSessions hijackedSessions() {
        return hijackedSessions;
    }

    public SentFormService sentForms() {
        return sentForms;
    }

    public InvitationService invitations() {
        return invitations;
    }

    public SingleSignOnService signOn() {
        return signOn;
    }

    public UpstreamSecretService secrets() {
        return secrets;
    }

    public PriceService prices() {
        return prices;
    }

    public BudgetService budgets() {
        return budgets;
    }

    public AuditService audit() {
        return audit;
    }

    public UsageService usage() {
        return usage;
    }

    public UsageRetentionService usageRetention() {
        return usageRetention;
    }

    public ReconciliationService reconciliations() {
        return reconciliations;
    }

    public NodeService nodes() {
        return nodes;
    }

    public AttentionService attention() {
        return attention;
    }

    public ExplainService explain() {
        return explain;
    }

    private RouteTable served() {
        return served;
    }

    public SetUpService setUp() {
        return setUp;
    }
}
