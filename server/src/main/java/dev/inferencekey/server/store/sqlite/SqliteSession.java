package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.ApiKeyStore;
import dev.inferencekey.server.ports.store.AuditStore;
import dev.inferencekey.server.ports.store.InstallationStore;
import dev.inferencekey.server.ports.store.InvitationStore;
import dev.inferencekey.server.ports.store.PriceStore;
import dev.inferencekey.server.ports.store.ProjectStore;
import dev.inferencekey.server.ports.store.SdkTokenStore;
import dev.inferencekey.server.ports.store.SignOnStore;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import dev.inferencekey.server.ports.store.UsageStore;
import dev.inferencekey.server.ports.store.UsageSumStore;
import dev.inferencekey.server.ports.store.UserStore;
import dev.inferencekey.server.ports.store.WorkloadStore;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** One transaction. */
final class SqliteSession implements StoreSession {
    private final Handle handle;
    private final boolean writable;
    private final UsageSeries usageSeries;
    private boolean ended;

    SqliteSession(Handle handle, boolean writable, UsageSeries usageSeries) {
        this.handle = handle;
        this.writable = writable;
        this.usageSeries = usageSeries;
    }

    void end() {
        ended = true;
    }

    Query query(String sql) {
        refuseIfEnded();
        return handle.createQuery(sql);
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
        return new SqliteProjects(this);
    }

    @Override
    public WorkloadStore workloads() {
        return new SqliteWorkloads(this);
    }

    @Override
    public SdkTokenStore sdkTokens() {
        return new SqliteSdkTokens(this);
    }

    @Override
    public ApiKeyStore apiKeys() {
        return new SqliteApiKeys(this);
    }

    @Override
    public UserStore users() {
        return new SqliteUsers(this);
    }

    @Override
    public InvitationStore invitations() {
        return new SqliteInvitations(this);
    }

    @Override
    public SignOnStore signOn() {
        return new SqliteSignOn(this);
    }

    @Override
    public UpstreamSecretStore upstreamSecrets() {
        return new SqliteUpstreamSecrets(this);
    }

    @Override
    public AuditStore audit() {
        return new SqliteAudit(this);
    }

    @Override
    public UsageStore usage() {
        return new SqliteUsage(this, usageSeries);
    }

    @Override
    public UsageSumStore usageSums() {
        return new SqliteUsageSums(this, usageSeries);
    }

    @Override
    public PriceStore prices() {
        return new SqlitePrices(this);
    }

    @Override
    public InstallationStore installation() {
        return new SqliteInstallation(this);
    }

    @Override
    public AccessChangeLog accessChanges() {
        return new SqliteAccessChanges(this);
    }
}
