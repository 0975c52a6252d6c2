package dev.inferencekey.server.manager.access;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.store.Store;
import java.util.Optional;

/** Finds what a request is about. Thread-safe. */
public final class ResourceResolver {
    private final Store store;

    public ResourceResolver(Store store) {
        this.store = store;
    }

    public Addressed platform() {
        return Addressed.platform();
    }

    /** The project with this slug or id. */
    public Addressed project(String slugOrId) {
        Optional<Project> project = store.read(session -> session.projects().find(slugOrId));
        return project.map(found -> new Addressed(new Resource.InProject(found.slug()), found, null, null))
                .orElseGet(
                        () -> new Addressed(new Resource.MissingProject(JsonFields.show(slugOrId)), null, null, null));
    }

    /**
     * The workload with this id. One that nobody has is in no project: a token is asked for its scope in its own project first, and
     * everybody who may ask hears that it is not there. Ids are random, so that hearing it is of no use to anybody else.
     */
    public Addressed workload(String id, Caller caller) {
        Optional<Workload> workload = store.read(session -> session.workloads().find(id));
        if (workload.isPresent()) {
            Workload found = workload.get();
            return new Addressed(new Resource.InProject(found.projectSlug()), null, found, null);
        }
        RefusedException missing = new RefusedException(
                ErrorCode.WORKLOAD_NOT_FOUND, "there is no workload with the id \"" + JsonFields.show(id) + "\"");
        if (caller instanceof Caller.ControlToken token) {
            return new Addressed(new Resource.InProject(token.projectSlug()), null, null, missing);
        }
        throw missing;
    }
}
