package dev.inferencekey.server.manager.budget;

import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much may be spent by a key, on a workload and within a project, and what was. A budget counts from when it is set; taking it off forgets
 * what was spent, and so does another period or zone. Thread-safe.
 */
public final class BudgetService {
    private static final int PAGE = 200;

    /** How many budgets that are nearly spent are shown. */
    private static final int MOST_NEAR = 20;

    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final AuditTrail audit;
    private final Publisher publisher;

    public BudgetService(Store store, IdSource ids, Clock clock, AuditTrail audit, Publisher publisher) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.audit = audit;
        this.publisher = publisher;
    }

    /**
     * How one budget stands.
     *
     * @param name of whose budget it is: a workload's slug, a key's name, or the project's slug
     * @param held for requests under way, and for some to come
     * @param since when the present period began; 1970 if it never resets
     * @param resetsAt null for never
     */
    public record Standing(
            Budget budget,
            String name,
            long spent,
            long held,
            Instant since,
            @Nullable Instant resetsAt) {
        /** Whole percents of the amount, rounded down. */
        public int percent() {
            return (int) Math.min(Integer.MAX_VALUE, (long) (spent * 100.0 / budget.amount()));
        }

        /** The page of whose budget it is, below the project's address; empty for the project itself. */
        public String where() {
            BudgetSubject subject = budget.subject();
            return switch (subject.kind()) {
                case KEY -> "/keys/" + subject.id();
                case WORKLOAD -> "/workloads/" + name;
                case PROJECT -> "";
            };
        }
    }

    /**
     * What a subject has.
     *
     * @param standings one for each amount that is set
     * @param unpricedIsFree whether calls whose cost can't be told are free in the subject's project, or else refused
     */
    public record View(BudgetSettings settings, List<Standing> standings, boolean unpricedIsFree) {}

    /** Budgets of this subject. */
    public View get(Project project, BudgetSubject subject) {
        Instant now = clock.now();
        return store.read(session -> {
            List<Budget> budgets = session.budgets().of(subject);
            return new View(
                    BudgetSettings.of(budgets),
                    budgets.stream()
                            .map(budget -> standing(session, budget, now))
                            .toList(),
                    session.budgets().unpricedIsFree(project.id()));
        });
    }

    private static Standing standing(StoreSession session, Budget budget, Instant now) {
        Instant since = budget.start(now);
        BudgetAccount account = session.budgets().account(new AccountKey(budget.id(), since));
        return new Standing(
                budget, name(session, budget.subject()), account.spent(), account.held(), since, budget.resetsAt(now));
    }

    /**
     * Puts these in the place of all budgets that the subject has; they hold from when this returns.
     *
     * @param name of the subject, for the audit trail
     * @param unpricedIsFree null for no change; of the whole project
     */
    public Receipt put(
            Requester by,
            Project project,
            BudgetSubject subject,
            String name,
            BudgetSettings wanted,
            @Nullable Boolean unpricedIsFree) {
        store.<Boolean>writeUrgently(session -> {
            ProjectService.present(session, project);
            requireSubject(session, project, subject);
            boolean changed = change(session, by, project, subject, name, wanted);
            boolean freeBefore = session.budgets().unpricedIsFree(project.id());
            boolean free = unpricedIsFree == null ? freeBefore : unpricedIsFree;
            if (free != freeBefore) {
                session.budgets().setUnpricedIsFree(project.id(), free);
                audit.note(
                        session,
                        by,
                        AuditAction.PROJECT_UNPRICED_CALLS_CHANGED,
                        project.slug(),
                        project.id(),
                        Map.of("unpriced_calls", unpriced(free)));
            }
            if (changed && subject.kind() == BudgetSubject.Kind.KEY) {
                session.accessChanges().append(Subject.API_KEY, subject.id());
            } else if (changed && subject.kind() == BudgetSubject.Kind.WORKLOAD) {
                session.accessChanges().append(Subject.WORKLOAD, subject.id());
            }
            if (free != freeBefore || (changed && subject.kind() == BudgetSubject.Kind.PROJECT)) {
                appendWorkloads(session, project);
            }
            return true;
        });
        return publisher.tightened();
    }

    /**
     * Puts these in the place of all budgets of a subject that is there, in a transaction that also tells the data plane.
     *
     * @return whether anything is other than before
     */
    public boolean change(
            StoreSession session,
            Requester by,
            Project project,
            BudgetSubject subject,
            String name,
            BudgetSettings wanted) {
        BudgetSettings before = BudgetSettings.of(session.budgets().of(subject));
        if (same(before, wanted)) {
            return false;
        }
        set(session, project, subject, wanted);
        audit.note(
                session,
                by,
                AuditAction.budgetChanged(subject.kind()),
                project.slug(),
                subject.id(),
                Map.of("name", name, "old_budget", text(before), "budget", text(wanted)));
        return true;
    }

    /** What {@code unpricedIsFree} is called. */
    public static String unpriced(boolean free) {
        return free ? "free" : "refuse";
    }

    private static void requireSubject(StoreSession session, Project project, BudgetSubject subject) {
        boolean there = switch (subject.kind()) {
            case KEY ->
                session.apiKeys()
                        .find(subject.id())
                        .filter(key -> key.projectId().equals(project.id()))
                        .isPresent();
            case WORKLOAD ->
                session.workloads()
                        .find(subject.id())
                        .filter(workload -> workload.projectId().equals(project.id()))
                        .isPresent();
            case PROJECT -> subject.id().equals(project.id());
        };
        if (!there) {
            throw RefusedException.notFound("there is no " + subject.kind().wire() + " " + subject.id()
                    + " in project \"" + project.slug() + "\"");
        }
    }

    /** The same settings; where there is no amount, period and zone mean nothing. */
    private static boolean same(BudgetSettings one, BudgetSettings other) {
        return one.equals(other) || (one.none() && other.none());
    }

    /** Of a key that is being created, in its transaction. */
    public void set(StoreSession session, Project project, BudgetSubject subject, BudgetSettings wanted) {
        List<Budget> present = session.budgets().of(subject);
        for (BudgetUnit unit : BudgetUnit.values()) {
            Budget before = present.stream()
                    .filter(budget -> budget.unit() == unit)
                    .findFirst()
                    .orElse(null);
            Long amount = wanted.amount(unit);
            boolean keeps = before != null
                    && amount != null
                    && before.period() == wanted.period()
                    && before.zone().equals(wanted.zone());
            if (before != null && !keeps) {
                session.budgets().remove(before.id());
            }
            if (amount != null) {
                String id = keeps && before != null ? before.id() : ids.next("bud");
                session.budgets()
                        .put(project.id(), new Budget(id, subject, unit, amount, wanted.period(), wanted.zone()));
            }
        }
    }

    /** The data plane knows a project's budgets by its workloads. */
    private static void appendWorkloads(StoreSession session, Project project) {
        Page<Workload> page = session.workloads().list(project.id(), new PageRequest(PAGE, null));
        while (true) {
            page.items().forEach(workload -> session.accessChanges().append(Subject.WORKLOAD, workload.id()));
            if (page.next() == null) {
                return;
            }
            page = session.workloads().list(project.id(), new PageRequest(PAGE, page.next()));
        }
    }

    /** Such as {@code usd=25 tokens=1000 period=month zone=UTC}, or {@code none}. */
    public static String text(BudgetSettings settings) {
        if (settings.none()) {
            return "none";
        }
        return (settings.nanoUsd() == null
                        ? ""
                        : "usd=" + BudgetUnit.USD.show(settings.nanoUsd()).substring(1) + " ")
                + (settings.tokens() == null ? "" : "tokens=" + settings.tokens() + " ")
                + "period=" + settings.period().wire() + " zone="
                + settings.zoneName();
    }

    /**
     * The budgets of the project, its workloads and its keys that are spent to so many percent or more in their present period, the most spent
     * first; at most {@value #MOST_NEAR}.
     */
    public List<Standing> nearlySpent(Project project, int percent) {
        Instant now = clock.now();
        return store.read(session -> session.budgets().nearlySpent(project.id(), percent, MOST_NEAR).stream()
                .filter(near -> near.budget().start(now).equals(near.periodStart()))
                .map(near -> new Standing(
                        near.budget(),
                        name(session, near.budget().subject()),
                        near.spent(),
                        0,
                        near.periodStart(),
                        near.budget().resetsAt(now)))
                .toList());
    }

    private static String name(StoreSession session, BudgetSubject subject) {
        return switch (subject.kind()) {
            case KEY ->
                session.apiKeys().find(subject.id()).map(IssuedApiKey::name).orElse(subject.id());
            case WORKLOAD ->
                session.workloads().find(subject.id()).map(Workload::slug).orElse(subject.id());
            case PROJECT ->
                session.projects().find(subject.id()).map(Project::slug).orElse(subject.id());
        };
    }
}
