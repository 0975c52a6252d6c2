package dev.inferencekey.server.ports.store;

/** The stores inside one transaction of {@link Store}. Used by one thread, and not after the transaction. */
public interface StoreSession {
    ProjectStore projects();

    WorkloadStore workloads();

    SdkTokenStore sdkTokens();

    ApiKeyStore apiKeys();

    UserStore users();

    InvitationStore invitations();

    SignOnStore signOn();

    AttemptStore attempts();

    SentFormStore sentForms();

    UpstreamSecretStore upstreamSecrets();

    AuditStore audit();

    UsageStore usage();

    UsageSumStore usageSums();

    EngineCountStore engineCounts();

    PriceStore prices();

    BudgetStore budgets();

    InstallationStore installation();

    LimitSliceStore limitSlices();

    ReplicaStore replicas();

    AccessChangeLog accessChanges();

    NodeStore nodes();

    LeaseStore leases();

    WebhookStore webhooks();
}
