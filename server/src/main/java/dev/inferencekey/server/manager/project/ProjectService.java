package dev.inferencekey.server.manager.project;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Names;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes, lists, renames and deletes projects. Thread-safe. */
public final class ProjectService {
    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final AuditTrail audit;
    private final Publisher publisher;
    private final WorkloadRuntime runtime;

    public ProjectService(
            Store store, IdSource ids, Clock clock, AuditTrail audit, Publisher publisher, WorkloadRuntime runtime) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.audit = audit;
        this.publisher = publisher;
        this.runtime = runtime;
    }

    /**
     * Makes a project; a person who makes one becomes its owner.
     *
     * @param slug null to make it from the name
     */
    public Project create(Requester by, String name, @Nullable String slug) {
        String cleanName = Names.name("name", name);
        String cleanSlug = slug == null ? Names.slug("name", cleanName) : Names.slug("slug", slug);
        return store.write(session -> {
            Tenant tenant = session.projects()
                    .firstTenant()
                    .orElseThrow(() -> new IllegalStateException("the first start has not finished"));
            Instant now = clock.now();
            Project project = new Project(ids.next("proj"), tenant.id(), cleanSlug, cleanName, now);
            if (!session.projects().insert(project)) {
                throw new RefusedException(
                        ErrorCode.SLUG_TAKEN, "project \"" + cleanSlug + "\" exists; choose another slug");
            }
            if (by.caller() instanceof Caller.Human human) {
                session.projects()
                        .putMember(new Member(
                                project.id(), project.slug(), human.userId(), human.email(), Role.OWNER, now));
            }
            audit.note(
                    session, by, AuditAction.PROJECT_CREATED, project.slug(), project.id(), Map.of("name", cleanName));
            return project;
        });
    }

    /** The projects that the caller belongs to; all of them for those who may do everything. */
    public Page<Project> list(Requester by, PageRequest page) {
        return store.read(session -> by.caller() instanceof Caller.Human human && !human.tenantOwner()
                ? session.projects().listOfMember(human.userId(), page)
                : session.projects().list(page));
    }

    /** Gives the project another name; its slug, which addresses hold, stays. */
    public Project rename(Requester by, Project project, String name) {
        String cleanName = Names.name("name", name);
        return store.write(session -> {
            Project before = present(session, project);
            if (!before.name().equals(cleanName)) {
                session.projects().rename(project.id(), cleanName);
                audit.note(
                        session,
                        by,
                        AuditAction.PROJECT_RENAMED,
                        project.slug(),
                        project.id(),
                        Map.of("from", before.name(), "to", cleanName));
            }
            return present(session, project);
        });
    }

    /**
     * Deletes the project with all of its workloads and credentials: what runs is stopped, and its keys open nothing from when this
     * returns. The audit trail and the usage stay.
     *
     * @param endStreams the requests under way of its keys end at once, too
     */
    public Receipt delete(Requester by, Project project, boolean endStreams) {
        store.<Boolean>writeUrgently(session -> {
            // Before it goes, so that the event is its own and not that of the next project with this slug.
            audit.note(session, by, AuditAction.PROJECT_DELETED, project.slug(), project.id(), Map.of());
            // The store notes each key and workload that goes with it in the change log.
            if (!session.projects().delete(project.id(), endStreams)) {
                throw RefusedException.projectNotFound(project.slug());
            }
            return true;
        });
        runtime.changed();
        return publisher.tightened();
    }

    /** How far it is known that a project is not there: the receipt that its deletion may not have had. */
    public Receipt absent() {
        return publisher.absent();
    }

    /** The project as it is inside this transaction: it may have been deleted since it was looked up. */
    public static Project present(StoreSession session, Project project) {
        return session.projects()
                .find(project.id())
                .orElseThrow(() -> RefusedException.projectNotFound(project.slug()));
    }
}
