package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.workload.WorkloadService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of a workload: who will notice, and a slug to type before it happens. Thread-safe. */
public final class WorkloadDeletePages {
    private static final String DELETE = WorkloadPages.ONE + "/delete";

    private final Pages pages;
    private final WorkloadService workloads;
    private final CallableKeys callable;
    private final RecentRequests recent;

    public WorkloadDeletePages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.workloads = plane.workloads();
        this.callable = new CallableKeys(plane.keys());
        this.recent = new RecentRequests(plane.usage(), plane.clock());
    }

    /** What the page shows. */
    public record View(
            Workload workload,
            CallableKeys.Found callable,
            List<RecentRequests.KeyUse> callers,
            @Nullable Problem problem) {}

    public List<Route> routes() {
        return List.of(
                Route.project("GET", DELETE, Action.WORKLOAD_WRITE, exchange -> show(exchange, null)),
                Route.project("POST", DELETE, Action.WORKLOAD_WRITE, this::delete));
    }

    private Answer show(Exchange exchange, @Nullable Problem problem) {
        Workload workload = WorkloadPages.workload(workloads, exchange);
        View view = new View(
                workload,
                callable.of(exchange.project(), workload.slug()),
                recent.of(workload).callers(),
                problem);
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.WORKLOADS,
                "Delete " + workload.name(),
                "workload/delete.jte",
                view);
    }

    private Answer delete(Exchange exchange) {
        Workload workload = WorkloadPages.workload(workloads, exchange);
        if (!exchange.form().text("confirmation").strip().equals(workload.slug())) {
            return show(exchange, new Problem("confirmation", "type the workload's slug to delete it", 400));
        }
        workloads.delete(exchange.requester(), workload, exchange.form().ticked("end_streams"));
        return Pages.goTo(exchange, "/projects/" + exchange.project().slug() + "/workloads");
    }
}
