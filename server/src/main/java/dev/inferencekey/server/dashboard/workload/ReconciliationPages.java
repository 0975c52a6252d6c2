package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.metering.Reconciliation;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.usage.ReconciliationService;
import dev.inferencekey.server.manager.workload.WorkloadService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was metered for a workload beside what its model servers counted. Thread-safe. */
public final class ReconciliationPages {
    private final Pages pages;
    private final WorkloadService workloads;
    private final ReconciliationService reconciliations;

    public ReconciliationPages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.workloads = plane.workloads();
        this.reconciliations = plane.reconciliations();
    }

    /**
     * What the page shows.
     *
     * @param found null if no model server was ever asked
     */
    public record View(Workload workload, @Nullable Reconciliation found) {}

    public List<Route> routes() {
        return List.of(Route.project("GET", WorkloadPages.ONE + "/reconciliation", Action.USAGE_READ, this::show));
    }

    private Answer show(Exchange exchange) {
        Workload workload = WorkloadPages.workload(workloads, exchange);
        View view = new View(workload, reconciliations.reconcile(workload).orElse(null));
        return pages.show(
                exchange,
                200,
                Section.WORKLOADS,
                "Metering of " + workload.name(),
                "workload/reconciliation.jte",
                view);
    }
}
