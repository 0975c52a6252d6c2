package dev.inferencekey.server.dashboard.price;

import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.price.PriceService;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.workload.WorkloadService;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The Prices screen: what each workload's tokens cost now, and the price of one with what it was before. */
public final class PricePages {
    private static final String PRICES = "/projects/{project}/prices";
    private static final String ONE = PRICES + "/{workload_slug}";
    private static final int PAGE = 100;

    private final Pages pages;
    private final PriceService prices;
    private final WorkloadService workloads;

    public PricePages(Pages pages, PriceService prices, WorkloadService workloads) {
        this.pages = pages;
        this.prices = prices;
        this.workloads = workloads;
    }

    /** A workload and what it costs; null if it has no price. */
    public record Row(String slug, @Nullable PricePeriod price) {}

    /** What stands in the fields of a form. */
    public record Fields(String slug, String input, String cachedInput, String output) {
        static final Fields NONE = new Fields("", "", "", "");

        static Fields of(String slug, @Nullable PricePeriod period) {
            if (period == null) {
                return new Fields(slug, "", "", "");
            }
            TokenPrice price = period.price();
            String cached = price.cachedInputPerMillion();
            return new Fields(slug, price.inputPerMillion(), cached == null ? "" : cached, price.outputPerMillion());
        }

        static Fields of(String slug, FormFields form) {
            return new Fields(
                    slug,
                    form.text(TokenPrice.INPUT),
                    form.text(TokenPrice.CACHED_INPUT),
                    form.text(TokenPrice.OUTPUT));
        }
    }

    /**
     * What the list shows.
     *
     * @param others prices of slugs that no workload has; on the first page only
     */
    public record ListView(
            Page<Row> rows,
            List<PricePeriod> others,
            @Nullable String cursor,
            Fields fields,
            @Nullable Problem problem) {}

    /**
     * What the page of one price shows.
     *
     * @param present null if there is no price
     * @param history newest first, the present one included
     */
    public record OneView(
            String slug,
            boolean workloadExists,
            @Nullable PricePeriod present,
            List<PricePeriod> history,
            Fields fields,
            @Nullable Problem problem) {}

    public List<Route> routes() {
        return List.of(
                Route.project("GET", PRICES, Action.PRICE_READ, this::list).withQuery(Set.of("cursor")),
                Route.project("POST", PRICES, Action.PRICE_WRITE, this::add),
                Route.project("GET", ONE, Action.PRICE_READ, this::show),
                Route.project("POST", ONE, Action.PRICE_WRITE, this::change),
                Route.project("POST", ONE + "/remove", Action.PRICE_WRITE, this::remove));
    }

    private Answer list(Exchange exchange) {
        return list(exchange, Fields.NONE, null);
    }

    private Answer list(Exchange exchange, Fields fields, @Nullable Problem problem) {
        Project project = exchange.project();
        String cursor = exchange.query().page().after();
        Map<String, PricePeriod> bySlug =
                prices.list(project).stream().collect(Collectors.toMap(PricePeriod::workloadSlug, Function.identity()));
        Page<Row> rows = workloads
                .list(project, new PageRequest(PAGE, cursor))
                .map(workload -> new Row(workload.slug(), bySlug.get(workload.slug())));
        List<PricePeriod> others = cursor == null ? prices.withoutWorkload(project) : List.of();
        ListView view = new ListView(rows, others, cursor, fields, problem);
        return pages.show(exchange, status(problem), Section.USAGE, "Prices", "price/list.jte", view);
    }

    private Answer add(Exchange exchange) {
        FormFields form = exchange.form();
        Fields fields = Fields.of(form.text("workload_slug").strip(), form);
        return switch (Problem.attempt(() -> put(exchange, fields))) {
            case Problem.Outcome.Done<PricePeriod> _ -> Pages.goTo(exchange, path(exchange));
            case Problem.Outcome.Wrong<PricePeriod> wrong -> list(exchange, fields, wrong.problem());
        };
    }

    private Answer show(Exchange exchange) {
        String slug = exchange.variable("workload_slug");
        PricePeriod present = prices.find(exchange.project(), slug).orElse(null);
        return show(exchange, slug, present, Fields.of(slug, present), null);
    }

    private Answer show(
            Exchange exchange, String slug, @Nullable PricePeriod present, Fields fields, @Nullable Problem problem) {
        if (!Slug.isCanonical(slug)) {
            throw RefusedException.notFound("no workload can have this name, and so no price");
        }
        Project project = exchange.project();
        OneView view = new OneView(
                slug,
                workloads.find(project, slug).isPresent(),
                present,
                prices.history(project, slug),
                fields,
                problem);
        return pages.show(exchange, status(problem), Section.USAGE, "Price of " + slug, "price/price.jte", view);
    }

    private Answer change(Exchange exchange) {
        String slug = exchange.variable("workload_slug");
        Fields fields = Fields.of(slug, exchange.form());
        return switch (Problem.attempt(() -> put(exchange, fields))) {
            case Problem.Outcome.Done<PricePeriod> _ -> Pages.goTo(exchange, path(exchange));
            case Problem.Outcome.Wrong<PricePeriod> wrong ->
                show(exchange, slug, prices.find(exchange.project(), slug).orElse(null), fields, wrong.problem());
        };
    }

    private PricePeriod put(Exchange exchange, Fields fields) {
        return prices.put(
                exchange.requester(),
                exchange.project(),
                fields.slug(),
                TokenPrice.of(fields.input(), fields.cachedInput(), fields.output()));
    }

    private Answer remove(Exchange exchange) {
        prices.remove(exchange.requester(), exchange.project(), exchange.variable("workload_slug"));
        return Pages.goTo(exchange, path(exchange));
    }

    private static int status(@Nullable Problem problem) {
        return problem == null ? 200 : problem.status();
    }

    private static String path(Exchange exchange) {
        return "/projects/" + exchange.project().slug() + "/prices";
    }
}
