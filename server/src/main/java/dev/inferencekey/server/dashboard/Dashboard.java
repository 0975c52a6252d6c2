package dev.inferencekey.server.dashboard;

import dev.inferencekey.server.dashboard.account.AccountPages;
import dev.inferencekey.server.dashboard.account.JoinPages;
import dev.inferencekey.server.dashboard.account.SignInPages;
import dev.inferencekey.server.dashboard.audit.AuditPages;
import dev.inferencekey.server.dashboard.budget.BudgetPages;
import dev.inferencekey.server.dashboard.explain.ExplainPages;
import dev.inferencekey.server.dashboard.installation.InstallationPages;
import dev.inferencekey.server.dashboard.key.KeyPages;
import dev.inferencekey.server.dashboard.node.NodePages;
import dev.inferencekey.server.dashboard.page.Assets;
import dev.inferencekey.server.dashboard.page.DocumentationSite;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.price.PricePages;
import dev.inferencekey.server.dashboard.project.ProjectPages;
import dev.inferencekey.server.dashboard.project.SettingsPages;
import dev.inferencekey.server.dashboard.token.TokenPages;
import dev.inferencekey.server.dashboard.usage.UsagePages;
import dev.inferencekey.server.dashboard.workload.PlaygroundRoutes;
import dev.inferencekey.server.dashboard.workload.ReconciliationPages;
import dev.inferencekey.server.dashboard.workload.WorkloadDeletePages;
import dev.inferencekey.server.dashboard.workload.WorkloadFormPages;
import dev.inferencekey.server.dashboard.workload.WorkloadPages;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.http.ErrorPages;
import dev.inferencekey.server.manager.http.Route;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every page, wired in one place. Immutable and thread-safe. */
public final class Dashboard {
    private final Assets assets = new Assets();
    private final Pages pages;
    private final ControlPlane plane;
    private final DocumentationSite site;

    /** @param documentation the folder with the documentation's site; null for none */
    public Dashboard(ControlPlane plane, @Nullable Path documentation) {
        this.plane = plane;
        this.site = new DocumentationSite(documentation);
        this.pages = new Pages(plane.clock(), plane.random(), assets, plane.sentForms());
    }

    public List<Route> routes() {
        return List.of(
                        assets.routes(),
                        site.routes(),
                        new SignInPages(pages, plane.signIns(), plane.signOn(), plane.hijackedSessions()).routes(),
                        new JoinPages(pages, plane.invitations()).routes(),
                        new AccountPages(pages, plane.signIns()).routes(),
                        new ProjectPages(pages, plane).routes(),
                        new SettingsPages(pages, plane).routes(),
                        new TokenPages(pages, plane.tokens(), plane.clock()).routes(),
                        new KeyPages(pages, plane).routes(),
                        new WorkloadPages(pages, plane).routes(),
                        new WorkloadFormPages(pages, plane).routes(),
                        new WorkloadDeletePages(pages, plane).routes(),
                        new ReconciliationPages(pages, plane).routes(),
                        new PlaygroundRoutes(plane).routes(),
                        new BudgetPages(pages, plane).routes(),
                        new PricePages(pages, plane.prices(), plane.workloads()).routes(),
                        new UsagePages(pages, plane.usage(), plane.prices(), plane.clock()).routes(),
                        new AuditPages(pages, plane.audit(), plane.clock()).routes(),
                        new ExplainPages(pages, plane.explain()).routes(),
                        new NodePages(pages, plane.nodes()).routes(),
                        new InstallationPages(pages, plane.signOn(), plane.usageRetention()).routes())
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    /** What people are shown when something fails. */
    public ErrorPages errorPages() {
        return pages::error;
    }
}
