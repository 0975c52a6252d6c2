package dev.inferencekey.server.background.access;

import dev.inferencekey.server.background.engine.WorkloadFacts;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.access.AccessTableWriter.Changes;
import dev.inferencekey.server.ports.access.AccessTableWriter.Snapshot;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.store.AccessChangeLog.Entry;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the data plane must know, as one transaction finds it in the store. Read inside the transaction and applied outside of it, so that
 * a transaction that is run again does no harm. Stateless.
 */
final class AccessFacts {
    private AccessFacts() {}

    /** What there is of the replicas of the workloads that the entries are about. */
    static List<WorkloadFacts> replicas(StoreSession session, List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry.subject() == Subject.REPLICA)
                .map(Entry::id)
                .distinct()
                .map(id -> WorkloadFacts.of(session.replicas(), id))
                .toList();
    }

    /** Everything. */
    static Consumer<Snapshot> all(StoreSession session) {
        List<KeyEntry> keys = new ArrayList<>();
        SpendingFacts spending = SpendingFacts.ofAll(session);
        session.apiKeys().forEachLive(key -> keys.add(KeyEntry.of(key, spending.ofKey(key.id()))));
        Map<String, Limits> limits = session.workloads().allLimits();
        List<EndpointEntry> endpoints = session.workloads().all().stream()
                .map(workload -> EndpointEntry.of(
                        workload, limits.getOrDefault(workload.id(), Limits.NONE), spending.of(workload)))
                .toList();
        return snapshot -> {
            keys.forEach(snapshot::key);
            endpoints.forEach(snapshot::endpoint);
        };
    }

    /** What the entries are about. */
    static Consumer<Changes> changed(StoreSession session, List<Entry> entries) {
        record Changed(Subject subject, String id) {}

        SpendingFacts spending = SpendingFacts.ofSome(session);
        Set<Changed> once = new LinkedHashSet<>();
        entries.forEach(entry -> once.add(new Changed(entry.subject(), entry.id())));
        List<Consumer<Changes>> all = once.stream()
                .<Consumer<Changes>>map(changed -> switch (changed.subject()) {
                    case API_KEY -> key(session, spending, changed.id());
                    case WORKLOAD -> endpoint(session, spending, changed.id());
                    // What serves is no part of the image, which holds what requests are decided by.
                    case REPLICA -> _ -> {};
                })
                .toList();
        return changes -> all.forEach(one -> one.accept(changes));
    }

    private static Consumer<Changes> key(StoreSession session, SpendingFacts spending, String id) {
        Optional<KeyEntry> present = session.apiKeys()
                .find(id)
                .filter(key -> key.state() != CredentialState.REVOKED)
                .map(key -> KeyEntry.of(key, spending.ofKey(key.id())));
        return changes -> present.ifPresentOrElse(changes::putKey, () -> changes.removeKey(id));
    }

    private static Consumer<Changes> endpoint(StoreSession session, SpendingFacts spending, String id) {
        Optional<Workload> workload = session.workloads().find(id);
        Optional<EndpointEntry> present = workload.map(
                declared -> EndpointEntry.of(declared, session.workloads().limits(id), spending.of(declared)));
        return changes -> present.ifPresentOrElse(changes::putEndpoint, () -> changes.removeEndpoint(id));
    }
}
