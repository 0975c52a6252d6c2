package dev.inferencekey.server.manager.workload;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.engine.EngineRules;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.domain.workload.WorkloadDeclaration;
import dev.inferencekey.server.domain.workload.WorkloadPatch;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Declares workloads; what runs for them is the runtime's business, which is told of each change. Thread-safe: the store serialises
 * writers, so that of two creations of one slug exactly one makes it.
 */
public final class WorkloadService {
    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final AuditTrail audit;
    private final Publisher publisher;
    private final WorkloadRuntime runtime;
    private final EngineRules engines;

    public WorkloadService(
            Store store,
            IdSource ids,
            Clock clock,
            AuditTrail audit,
            Publisher publisher,
            WorkloadRuntime runtime,
            EngineRules engines) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.audit = audit;
        this.publisher = publisher;
        this.runtime = runtime;
        this.engines = engines;
    }

    /** What a creation came to: a new workload, or the one that is there already and is just as asked for. */
    public record Declared(Workload workload, boolean created) {}

    /**
     * Creates the workload. With an explicit slug this can be repeated: the same declaration answers what is there.
     *
     * @throws RefusedException 409 if the slug belongs to a workload that is declared otherwise
     * @throws InvalidFieldException if it asks an engine for what is not allowed here
     */
    public Declared create(Requester by, Project project, WorkloadDeclaration declaration) {
        requireAllowed(declaration);
        if (declaration.pinsPlacement()) {
            requireAssignment(by, project.slug());
        }
        Declared declared = store.write(session -> {
            ProjectService.present(session, project);
            String slug = declaration.slug() == null ? freeSlug(session, project, declaration) : declaration.slug();
            Workload workload = declaration.create(ids.next("wl"), project, slug, clock.now());
            if (!session.workloads().insert(workload)) {
                return new Declared(existing(session, project, declaration, slug), false);
            }
            DeclaredSecrets.check(session, workload);
            session.accessChanges().append(Subject.WORKLOAD, workload.id());
            audit.note(
                    session,
                    by,
                    AuditAction.WORKLOAD_CREATED,
                    project.slug(),
                    workload.id(),
                    Map.of("slug", slug, "backend", workload.backend(), "model_name", workload.modelName()));
            return new Declared(workload, true);
        });
        if (declared.created()) {
            publisher.widened();
            runtime.changed();
        }
        return declared;
    }

    public Page<Workload> list(Project project, PageRequest page) {
        return store.read(session -> session.workloads().list(project.id(), page));
    }

    /** Every workload of the project, oldest first. */
    public List<Workload> listAll(Project project) {
        return store.read(session -> {
            List<Workload> all = new ArrayList<>();
            String after = null;
            do {
                Page<Workload> page =
                        session.workloads().list(project.id(), new PageRequest(PageRequest.MAX_LIMIT, after));
                all.addAll(page.items());
                after = page.next();
            } while (after != null);
            return all;
        });
    }

    /** @throws RefusedException 404 if there is none */
    public Workload get(Project project, String slug) {
        Optional<Workload> workload = store.read(session -> session.workloads().findBySlug(project.id(), slug));
        return workload.orElseThrow(() -> RefusedException.workloadNotFound(
                Slug.isCanonical(slug) ? slug : JsonFields.show(slug), project.slug()));
    }

    /** The workload with this slug, if there is one. */
    public Optional<Workload> find(Project project, String slug) {
        return store.read(session -> session.workloads().findBySlug(project.id(), slug));
    }

    /** The slug that a new workload would have: the one that it asks for, or else the free one that follows from its name. */
    public String slugFor(Project project, WorkloadDeclaration declaration) {
        String asked = declaration.slug();
        return asked != null ? asked : store.read(session -> freeSlug(session, project, declaration));
    }

    public boolean exists(String workloadId) {
        return store.read(session -> session.workloads().find(workloadId).isPresent());
    }

    /** @throws InvalidFieldException if it asks an engine for what is not allowed here */
    public void requireAllowed(WorkloadDeclaration declaration) {
        engines.plan(declaration.backend(), declaration.modelName(), declaration.config());
    }

    /**
     * The workload as it would be after the change, which is not made.
     *
     * @throws InvalidFieldException if it would not be valid, or ask an engine for what is not allowed here
     */
    public Workload preview(Workload workload, WorkloadPatch patch) {
        Workload next = patch.applyTo(workload, clock.now());
        // What was allowed once and runs no more can still be renamed, stopped or moved out of the way.
        if (next.revision() != workload.revision()) {
            engines.plan(next.backend(), next.modelName(), next.config());
        }
        return next;
    }

    /** Changes what the patch carries; what runs follows. */
    public Workload update(Requester by, Workload workload, WorkloadPatch patch) {
        return change(by, workload, patch, live -> true).orElseThrow();
    }

    /** The same, if the workload still is just as {@code seen}; empty, and nothing changes, if somebody was faster. */
    public Optional<Workload> updateAsSeen(Requester by, Workload seen, WorkloadPatch patch) {
        return change(by, seen, patch, seen::equals);
    }

    private Optional<Workload> change(
            Requester by, Workload workload, WorkloadPatch patch, Predicate<Workload> asExpected) {
        preview(workload, patch); // Not in the transaction: it looks at files, and each start looks again.
        boolean[] changed = new boolean[1];
        Optional<Workload> after = store.write(session -> {
            Workload live = session.workloads()
                    .find(workload.id())
                    .orElseThrow(() -> RefusedException.workloadNotFound(workload.slug(), workload.projectSlug()));
            if (!asExpected.test(live)) {
                return Optional.empty();
            }
            if (patch.changesPlacement(live)) {
                requireAssignment(by, live.projectSlug());
            }
            Workload next = patch.applyTo(live, clock.now());
            changed[0] = !next.equals(live);
            if (!next.backend().equals(live.backend()) || !Objects.equals(next.config(), live.config())) {
                DeclaredSecrets.check(session, next);
            }
            if (changed[0]) {
                session.workloads().update(next);
                session.accessChanges().append(Subject.WORKLOAD, next.id());
                audit.note(
                        session,
                        by,
                        AuditAction.WORKLOAD_CHANGED,
                        next.projectSlug(),
                        next.id(),
                        Map.of("slug", next.slug(), "revision", Long.toString(next.revision())));
            }
            return Optional.of(next);
        });
        if (changed[0]) {
            publisher.widened();
            runtime.changed();
        }
        return after;
    }

    /**
     * Deletes the workload: its endpoint answers no more when this returns, and what runs for it is stopped.
     *
     * @param endStreams its requests under way end at once, instead of being answered for as long as a replica drains
     */
    public Receipt delete(Requester by, Workload workload, boolean endStreams) {
        store.<Boolean>writeUrgently(session -> {
            if (!session.workloads().delete(workload.id())) {
                throw RefusedException.workloadNotFound(workload.slug(), workload.projectSlug());
            }
            session.accessChanges().append(Subject.WORKLOAD, workload.id(), endStreams);
            audit.note(
                    session,
                    by,
                    AuditAction.WORKLOAD_DELETED,
                    workload.projectSlug(),
                    workload.id(),
                    Map.of("slug", workload.slug()));
            return true;
        });
        runtime.changed();
        return publisher.tightened();
    }

    /** How far it is known that a workload is not there: the receipt that its deletion may not have had. */
    public Receipt absent() {
        return publisher.absent();
    }

    public WorkloadStatus status(Workload workload) {
        return runtime.status(workload.id());
    }

    /** Its replicas one by one; what they say carries no credential. */
    public List<RunningReplica> replicas(Workload workload) {
        return runtime.replicas(workload.id()).stream()
                .map(replica -> new RunningReplica(
                        replica.id(),
                        replica.worker(),
                        replica.state(),
                        Redaction.scrub(replica.message()),
                        replica.outdated(),
                        replica.startedAt(),
                        replica.readySince(),
                        replica.requests()))
                .toList();
    }

    /** The last lines that its model servers printed, on whichever node; they carry no credential. */
    public LogTail logTail(Workload workload, int lines) {
        LogTail tail = runtime.logTail(workload.id(), lines);
        return new LogTail(tail.lines().stream().map(Redaction::scrub).toList(), tail.missing());
    }

    /** Pinning a workload to a place is an action of its own, which only the body shows to be asked for. */
    private static void requireAssignment(Requester by, String projectSlug) {
        Decision decision =
                AccessPolicy.decide(by.caller(), Action.ASSIGNMENT_WRITE, new Resource.InProject(projectSlug));
        if (decision instanceof Decision.Deny deny) {
            throw RefusedException.of(deny);
        }
    }

    private static Workload existing(
            StoreSession session, Project project, WorkloadDeclaration declaration, String slug) {
        return session.workloads()
                .findBySlug(project.id(), slug)
                .filter(declaration::asksFor)
                .orElseThrow(() -> new RefusedException(
                        ErrorCode.SLUG_TAKEN,
                        "workload \"" + slug + "\" exists in project \"" + project.slug()
                                + "\" with another definition; PATCH it or choose another slug"));
    }

    private static String freeSlug(StoreSession session, Project project, WorkloadDeclaration declaration) {
        for (int attempt = 0; ; attempt++) {
            String slug = declaration.generatedSlug(attempt);
            if (session.workloads().findBySlug(project.id(), slug).isEmpty()) {
                return slug;
            }
        }
    }
}
