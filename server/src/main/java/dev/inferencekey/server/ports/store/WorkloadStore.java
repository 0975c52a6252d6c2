package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Workloads as declared. */
public interface WorkloadStore {
    /** Returns false, and changes nothing, if the project has a workload with this slug. */
    boolean insert(Workload workload);

    Optional<Workload> find(String id);

    Optional<Workload> findBySlug(String projectId, String slug);

    /** By id, oldest first. */
    Page<Workload> list(String projectId, PageRequest page);

    /** Every workload of the installation; for the reconciler and the access table. */
    List<Workload> all();

    /** Replaces the row with this id; false if there is none. */
    boolean update(Workload workload);

    boolean delete(String id);

    /** The workload's limits; none for a workload that has none or does not exist. They are no part of its declaration. */
    Limits limits(String id);

    /** The limits of every workload of the installation that has any, by workload id; for the access table. */
    Map<String, Limits> allLimits();

    /** Replaces the workload's limits; the workload must exist. */
    void setLimits(String id, Limits limits);
}
