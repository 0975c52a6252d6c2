package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.ApiKeyStore;
import dev.inferencekey.server.ports.store.AuditStore;
import dev.inferencekey.server.ports.store.InstallationStore;
import dev.inferencekey.server.ports.store.InvitationStore;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
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
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** One transaction over one state. */
final class MemorySession implements StoreSession {
    private final MemoryState state;
    private final boolean writable;
    private boolean ended;

    MemorySession(MemoryState state, boolean writable) {
        this.state = state;
        this.writable = writable;
    }

    void end() {
        ended = true;
    }

    MemoryState reading() {
        if (ended) {
            throw new IllegalStateException("the transaction has ended");
        }
        return state;
    }

    MemoryState writing() {
        if (!writable) {
            throw new IllegalStateException("this transaction only reads");
        }
        return reading();
    }

    /** What the foreign keys of the real stores refuse. */
    static void require(boolean exists, String what) {
        if (!exists) {
            throw new IllegalStateException("the store refused a change: no such " + what);
        }
    }

    /** A piece of a list by key set. */
    static <T> Page<T> page(Stream<T> all, Function<T, String> key, boolean newestFirst, PageRequest request) {
        Comparator<T> order = Comparator.comparing(key);
        String after = request.after();
        List<T> found = all.sorted(newestFirst ? order.reversed() : order)
                .filter(item -> after == null
                        || (newestFirst
                                ? key.apply(item).compareTo(after) < 0
                                : key.apply(item).compareTo(after) > 0))
                .limit(request.limit() + 1L)
                .toList();
        if (found.size() <= request.limit()) {
            return new Page<>(found, null);
        }
        List<T> piece = found.subList(0, request.limit());
        return new Page<>(piece, key.apply(piece.getLast()));
    }

    @Override
    public ProjectStore projects() {
        return new MemoryProjects(this);
    }

    @Override
    public WorkloadStore workloads() {
        return new MemoryWorkloads(this);
    }

    @Override
    public SdkTokenStore sdkTokens() {
        return new MemorySdkTokens(this);
    }

    @Override
    public ApiKeyStore apiKeys() {
        return new MemoryApiKeys(this);
    }

    @Override
    public UserStore users() {
        return new MemoryUsers(this);
    }

    @Override
    public InvitationStore invitations() {
        return new MemoryInvitations(this);
    }

    @Override
    public SignOnStore signOn() {
        return new MemorySignOn(this);
    }

    @Override
    public UpstreamSecretStore upstreamSecrets() {
        return new MemoryUpstreamSecrets(this);
    }

    @Override
    public AuditStore audit() {
        return new MemoryAudit(this);
    }

    @Override
    public UsageStore usage() {
        return new MemoryUsage(this);
    }

    @Override
    public UsageSumStore usageSums() {
        return new MemoryUsageSums(this);
    }

    @Override
    public PriceStore prices() {
        return new MemoryPrices(this);
    }

    @Override
    public InstallationStore installation() {
        return new MemoryInstallation(this);
    }

    @Override
    public AccessChangeLog accessChanges() {
        return new MemoryAccessChanges(this);
    }
}
