package dev.inferencekey.server.dashboard.usage;

import dev.inferencekey.server.dashboard.page.Links;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.dashboard.page.TimeRange;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.usage.StatusRange;
import dev.inferencekey.server.domain.usage.UsageDimension;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageGroup;
import dev.inferencekey.server.domain.usage.UsageLine;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.price.PriceService;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.usage.UsageService;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Usage screen: figures over time, what they are made of, and single requests. */
public final class UsagePages {
    private static final String USAGE = "/projects/{project}/usage";
    private static final String USUAL_RANGE = "24h";
    private static final Set<String> FILTER =
            Set.of("range", "from", "to", "workload", "key", "model", "status", "group_by");
    private static final Set<String> PAGED =
            Set.of("range", "from", "to", "workload", "key", "model", "status", "group_by", "cursor");
    private static final int MOST_LINES = 50;
    private static final int MOST_OFFERED = 200;
    private static final int PAGE = 50;

    private final Pages pages;
    private final UsageService usage;
    private final PriceService prices;
    private final Clock clock;

    public UsagePages(Pages pages, UsageService usage, PriceService prices, Clock clock) {
        this.pages = pages;
        this.usage = usage;
        this.prices = prices;
        this.clock = clock;
    }

    /**
     * What was asked for.
     *
     * @param status the text that was sent
     */
    public record Asked(TimeRange range, UsageFilter filter, String status, UsageDimension by) {
        /** The parts of an address that ask for it again. */
        public Links links() {
            return range.in(Links.none())
                    .with("workload", filter.workload())
                    .with("key", filter.key())
                    .with("model", filter.model())
                    .with("status", status)
                    .with("group_by", by.name().toLowerCase(Locale.ROOT));
        }

        /** The same as the API asks for it, such as for a download. */
        public Links apiLinks() {
            return links().with("range", null)
                    .with("from", range.from().toString())
                    .with("to", range.to().toString());
        }
    }

    /**
     * What the main template shows.
     *
     * @param priced the slugs that have a price now
     */
    public record View(
            Asked asked,
            UsageValues values,
            Set<String> priced,
            UsageLine total,
            UsageReport breakdown,
            List<Chart> charts,
            @Nullable Problem problem) {
        /** At most so many to choose from: people with more can write the address. */
        public static <T> List<T> offered(List<T> all) {
            return all.subList(0, Math.min(MOST_OFFERED, all.size()));
        }

        /** Whether anything that was asked for has a price. */
        public boolean hasPrice() {
            String workload = asked.filter().workload();
            return workload == null ? !priced.isEmpty() : priced.contains(workload);
        }

        /** How many of the workloads that were called and asked for have no price; zero where that is not known. */
        public long unpriced() {
            UsageFilter filter = asked.filter();
            String workload = filter.workload();
            if (filter.key() != null || filter.model() != null || filter.status() != null) {
                return 0;
            }
            return values.workloads().stream()
                    .filter(slug -> (workload == null || workload.equals(slug)) && !priced.contains(slug))
                    .count();
        }

        /** The slug of the one workload that a line is about, null if it is about more. */
        public @Nullable String workloadOf(UsageLine line) {
            return asked.by() == UsageDimension.WORKLOAD && line.group() instanceof UsageGroup.Value value
                    ? value.text()
                    : asked.filter().workload();
        }

        /** Whether what a line is about has a price. */
        public boolean hasPrice(UsageLine line) {
            String workload = workloadOf(line);
            return workload == null ? !priced.isEmpty() : priced.contains(workload);
        }

        public static String words(UsageDimension dimension) {
            return dimension.name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the list of requests shows. */
    public record RequestsView(
            Asked asked,
            Page<UsageRecord> records,
            @Nullable String cursor) {}

    public List<Route> routes() {
        return List.of(
                Route.project("GET", USAGE, Action.USAGE_READ, this::show).withQuery(FILTER),
                Route.project("GET", USAGE + "/requests", Action.USAGE_READ, this::requests)
                        .withQuery(PAGED));
    }

    private Answer show(Exchange exchange) {
        Problem problem = null;
        Asked asked;
        try {
            asked = asked(exchange.query());
            UsageQuery.requireRange(asked.range().from(), asked.range().to());
        } catch (InvalidFieldException e) {
            problem = new Problem(e.field(), String.valueOf(e.getMessage()), 400);
            asked = usual();
        }
        String project = exchange.project().slug();
        Instant from = asked.range().from();
        Instant to = asked.range().to();
        UsageReport series = usage.series(project, new UsageQuery(from, to, asked.filter(), null, 1));
        UsageReport breakdown =
                usage.breakdown(project, new UsageQuery(from, to, asked.filter(), asked.by(), MOST_LINES));
        View view = new View(
                asked,
                usage.values(project, from, to),
                prices.slugs(exchange.project()),
                series.lines().getFirst(),
                breakdown,
                Chart.of(series),
                problem);
        return pages.show(
                exchange, problem == null ? 200 : problem.status(), Section.USAGE, "Usage", "usage/usage.jte", view);
    }

    private Answer requests(Exchange exchange) {
        Asked asked = asked(exchange.query());
        String cursor = exchange.query().text("cursor");
        Page<UsageRecord> records = usage.records(
                exchange.project().slug(),
                asked.filter(),
                asked.range().from(),
                asked.range().to(),
                new PageRequest(PAGE, exchange.query().page().after()));
        return pages.show(
                exchange, Section.USAGE, "Requests", "usage/requests.jte", new RequestsView(asked, records, cursor));
    }

    private Asked usual() {
        Instant now = clock.now();
        return new Asked(
                new TimeRange(USUAL_RANGE, now.minus(java.time.Duration.ofDays(1)), now, "", ""),
                UsageFilter.ALL,
                "",
                UsageDimension.WORKLOAD);
    }

    /** A field of a form that was left empty comes as an empty text and asks for nothing. */
    private Asked asked(Query query) {
        String status = given(query, "status");
        return new Asked(
                TimeRange.of(query, USUAL_RANGE, clock.now()),
                new UsageFilter(
                        given(query, "workload"),
                        given(query, "key"),
                        given(query, "model"),
                        status == null ? null : StatusRange.parse("status", status)),
                status == null ? "" : status,
                dimension(given(query, "group_by")));
    }

    private static @Nullable String given(Query query, String name) {
        String text = query.text(name);
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static UsageDimension dimension(@Nullable String text) {
        for (UsageDimension dimension : UsageDimension.values()) {
            if (dimension.name().toLowerCase(Locale.ROOT).equals(text)) {
                return dimension;
            }
        }
        return UsageDimension.WORKLOAD;
    }
}
