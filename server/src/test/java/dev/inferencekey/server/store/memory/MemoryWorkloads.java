package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.WorkloadStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class MemoryWorkloads implements WorkloadStore {
    private final MemorySession session;

    MemoryWorkloads(MemorySession session) {
        this.session = session;
    }

    @Override
    public boolean insert(Workload workload) {
        MemoryState state = session.writing();
        MemorySession.require(state.projects.containsKey(workload.projectId()), "project");
        if (findBySlug(workload.projectId(), workload.slug()).isPresent()) {
            return false;
        }
        state.workloads.put(workload.id(), workload);
        return true;
    }

    @Override
    public Optional<Workload> find(String id) {
        return Optional.ofNullable(session.reading().workloads.get(id));
    }

    @Override
    public Optional<Workload> findBySlug(String projectId, String slug) {
        return session.reading().workloads.values().stream()
                .filter(workload -> workload.projectId().equals(projectId)
                        && workload.slug().equals(slug))
                .findFirst();
    }

    @Override
    public Page<Workload> list(String projectId, PageRequest page) {
        return MemorySession.page(
                session.reading().workloads.values().stream()
                        .filter(workload -> workload.projectId().equals(projectId)),
                Workload::id,
                false,
                page);
    }

    @Override
    public List<Workload> all() {
        return List.copyOf(session.reading().workloads.values());
    }

    @Override
    public boolean update(Workload workload) {
        return session.writing().workloads.replace(workload.id(), workload) != null;
    }

    @Override
    public boolean delete(String id) {
        session.writing().workloadLimits.remove(id);
        return session.writing().workloads.remove(id) != null;
    }

    @Override
    public Limits limits(String id) {
        return session.reading().workloadLimits.getOrDefault(id, Limits.NONE);
    }

    @Override
    public Map<String, Limits> allLimits() {
        return Map.copyOf(session.reading().workloadLimits);
    }

    @Override
    public void setLimits(String id, Limits limits) {
        MemoryState state = session.writing();
        if (limits.unlimited()) {
            state.workloadLimits.remove(id);
            return;
        }
        MemorySession.require(state.workloads.containsKey(id), "workload");
        state.workloadLimits.put(id, limits);
    }
}
