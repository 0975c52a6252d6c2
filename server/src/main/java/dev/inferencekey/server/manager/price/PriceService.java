package dev.inferencekey.server.manager.price;

import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the tokens of workloads cost, from when it is said on: what was used before keeps its cost. A price belongs to a slug, whether
 * there is such a workload or not, as the grants of keys do (decision 21). Thread-safe.
 */
public final class PriceService {
    /** The most prices that hold in one project at a time. */
    public static final int MOST = 1_000;

    /** How many former prices are told. */
    private static final int HISTORY = 20;

    private final Store store;
    private final Clock clock;
    private final AuditTrail audit;
    private final Publisher publisher;

    public PriceService(Store store, Clock clock, AuditTrail audit, Publisher publisher) {
        this.store = store;
        this.clock = clock;
        this.audit = audit;
        this.publisher = publisher;
    }

    /** The prices that hold, by workload slug; at most {@value #MOST}. */
    public List<PricePeriod> list(Project project) {
        return store.read(session -> session.prices().current(project.id()));
    }

    /** The slugs of those that hold. */
    public Set<String> slugs(Project project) {
        return list(project).stream().map(PricePeriod::workloadSlug).collect(Collectors.toUnmodifiableSet());
    }

    /** The prices that hold whose slug no workload has. */
    public List<PricePeriod> withoutWorkload(Project project) {
        return store.read(session -> session.prices().current(project.id()).stream()
                .filter(period -> session.workloads()
                        .findBySlug(project.id(), period.workloadSlug())
                        .isEmpty())
                .toList());
    }

    /**
     * The price that holds.
     *
     * @throws RefusedException 404 if none does
     */
    public PricePeriod get(Project project, String workloadSlug) {
        return find(project, workloadSlug).orElseThrow(() -> noPrice(project, workloadSlug));
    }

    /** The price that holds. */
    public Optional<PricePeriod> find(Project project, String workloadSlug) {
        return store.read(session -> session.prices().find(project.id(), workloadSlug));
    }

    /** What held when, newest first, the present one included. */
    public List<PricePeriod> history(Project project, String workloadSlug) {
        return store.read(session -> session.prices().history(project.id(), workloadSlug, HISTORY));
    }

    /** Lets this price hold from now on. Says nothing anew if it holds already. */
    public PricePeriod put(Requester by, Project project, String workloadSlug, TokenPrice price) {
        if (!Slug.isCanonical(workloadSlug)) {
            throw RefusedException.invalid(
                    "workload_slug",
                    "workload_slug must be a slug such as support-bot: lower-case letters, digits and single hyphens,"
                            + " at most " + Slug.MAX_LENGTH + " characters");
        }
        PricePeriod put = store.write(session -> {
            session.prices().holdImports();
            ProjectService.present(session, project);
            PricePeriod before =
                    session.prices().find(project.id(), workloadSlug).orElse(null);
            if (before != null && before.price().equals(price)) {
                return before;
            }
            if (before == null && session.prices().current(project.id()).size() >= MOST) {
                throw RefusedException.conflict("project \"" + project.slug() + "\" has " + MOST
                        + " prices, which is the most; remove one that is not needed");
            }
            PricePeriod now = session.prices().put(project.id(), workloadSlug, price, clock.now());
            changed(session, by, AuditAction.PRICE_CHANGED, project, workloadSlug, before, now);
            return now;
        });
        publisher.widened();
        return put;
    }

    /**
     * Lets no price hold from now on.
     *
     * @throws RefusedException 404 if none does
     */
    public void remove(Requester by, Project project, String workloadSlug) {
        store.<Boolean>write(session -> {
            session.prices().holdImports();
            PricePeriod before =
                    session.prices().find(project.id(), workloadSlug).orElseThrow(() -> noPrice(project, workloadSlug));
            session.prices().end(project.id(), workloadSlug, clock.now());
            changed(session, by, AuditAction.PRICE_REMOVED, project, workloadSlug, before, null);
            return true;
        });
        publisher.widened();
    }

    private void changed(
            StoreSession session,
            Requester by,
            AuditAction action,
            Project project,
            String workloadSlug,
            @Nullable PricePeriod before,
            @Nullable PricePeriod after) {
        // The data plane counts budgets by it.
        session.workloads()
                .findBySlug(project.id(), workloadSlug)
                .ifPresent(workload -> session.accessChanges().append(Subject.WORKLOAD, workload.id()));
        audit.note(
                session,
                by,
                action,
                project.slug(),
                workloadSlug,
                Map.of("old_price", text(before), "price", text(after)));
    }

    /** Such as {@code input=0.15 output=0.6}, in US dollars per million tokens. */
    private static String text(@Nullable PricePeriod period) {
        if (period == null) {
            return "none";
        }
        TokenPrice price = period.price();
        String cached = price.cachedInputPerMillion();
        return "input=" + price.inputPerMillion() + (cached == null ? "" : " cached_input=" + cached) + " output="
                + price.outputPerMillion();
    }

    private static RefusedException noPrice(Project project, String workloadSlug) {
        return RefusedException.notFound("workload \"" + JsonFields.show(workloadSlug) + "\" in project \""
                + project.slug() + "\" has no price; set one with PUT");
    }
}
