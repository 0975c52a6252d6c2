package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.ApiKeyStore;
import dev.inferencekey.server.ports.store.AttemptStore;
import dev.inferencekey.server.ports.store.AuditStore;
import dev.inferencekey.server.ports.store.BudgetStore;
import dev.inferencekey.server.ports.store.EngineCountStore;
import dev.inferencekey.server.ports.store.InstallationStore;
import dev.inferencekey.server.ports.store.InvitationStore;
import dev.inferencekey.server.ports.store.LeaseStore;
import dev.inferencekey.server.ports.store.LimitSliceStore;
import dev.inferencekey.server.ports.store.NodeStore;
import dev.inferencekey.server.ports.store.PriceStore;
import dev.inferencekey.server.ports.store.ProjectStore;
import dev.inferencekey.server.ports.store.ReplicaStore;
import dev.inferencekey.server.ports.store.SdkTokenStore;
import dev.inferencekey.server.ports.store.SentFormStore;
import dev.inferencekey.server.ports.store.SignOnStore;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import dev.inferencekey.server.ports.store.UsageStore;
import dev.inferencekey.server.ports.store.UsageSumStore;
import dev.inferencekey.server.ports.store.UserStore;
import dev.inferencekey.server.ports.store.WebhookStore;
import dev.inferencekey.server.ports.store.WorkloadStore;
import java.sql.Connection;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** One transaction. */
final class SqlSession implements StoreSession {
    private final Handle handle;
    private final boolean writable;
    private final SqlStore store;
    private final UsageSeries usageSeries;
    private boolean ended;

    SqlSession(Handle handle, boolean writable, SqlStore store, UsageSeries usageSeries) {
        this.handle = handle;
        this.writable = writable;
        this.store = store;
        this.usageSeries = usageSeries;
    }

    void end() {
        ended = true;
    }

    Query query(String sql) {
        refuseIfEnded();
        return handle.createQuery(sql);
    }

    /** What this database says in its own way. */
    Dialect dialect() {
        return store.dialect();
    }

    /** See {@link SqlStore#apart}. */
    <T> T apart(Function<Handle, T> work) {
        return store.apart(writing(), work);
    }

    /** For what is asked by position, many times over. */
    Connection connection() {
        refuseIfEnded();
        return handle.getConnection();
    }

    boolean isWritable() {
        return writable;
    }

    Update update(String sql) {
        return writing().createUpdate(sql);
    }

    Handle writing() {
        refuseIfEnded();
        if (!writable) {
            throw new IllegalStateException("this transaction only reads");
        }
        return handle;
    }

    private void refuseIfEnded() {
        if (ended) {
            throw new IllegalStateException("the transaction has ended");
        }
    }

    @Override
    public ProjectStore projects() {
        return new SqlProjects(this);
    }

    @Override
    public WorkloadStore workloads() {
        return new SqlWorkloads(this);
    }

    @Override
    public SdkTokenStore sdkTokens() {
        return new SqlSdkTokens(this);
    }

    @Override
    public ApiKeyStore apiKeys() {
        return new SqlApiKeys(this);
    }

    @Override
    public UserStore users() {
        return new SqlUsers(this);
    }

    @Override
    public InvitationStore invitations() {
        return new SqlInvitations(this);
    }

    @Override
    public SignOnStore signOn() {
        return new SqlSignOn(this);
    }

    @Override
    public AttemptStore attempts() {
        return new SqlAttempts(this);
    }

    @Override
    public SentFormStore sentForms() {
        return new SqlSentForms(this);
    }

    @Override
    public UpstreamSecretStore upstreamSecrets() {
        return new SqlUpstreamSecrets(this);
    }

    @Override
    public AuditStore audit() {
        return new SqlAudit(this);
    }

    @Override
    public UsageStore usage() {
        return new SqlUsage(this, usageSeries);
    }

    @Override
    public UsageSumStore usageSums() {
        return new SqlUsageSums(this);
    }

    @Override
    public EngineCountStore engineCounts() {
        return new SqlEngineCounts(this);
    }

    @Override
    public PriceStore prices() {
        return new SqlPrices(this);
    }

    @Override
    public BudgetStore budgets() {
        return new SqlBudgets(this);
    }

    @Override
    public InstallationStore installation() {
        return new SqlInstallation(this);
    }

    @Override
    public LimitSliceStore limitSlices() {
        return new SqlLimitSlices(this);
    }

    @Override
    public ReplicaStore replicas() {
        return new SqlReplicas(this);
    }

    @Override
    public AccessChangeLog accessChanges() {
        return new SqlAccessChanges(this);
    }

    @Override
    public NodeStore nodes() {
        return new SqlNodes(this);
    }

    @Override
    public LeaseStore leases() {
        return new SqlLeases(this);
    }

    @Override
    public WebhookStore webhooks() {
        return new SqlWebhooks(this);
    }
}
