package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.usage.StatusRange;
import dev.inferencekey.server.domain.usage.UsageDimension;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/usage}. */
public final class UsageRoutes {
    private static final String USAGE = "/api/projects/{project}/usage";
    private static final Duration DEFAULT_SPAN = Duration.ofDays(30);
    private static final int MAX_TEXT = 512;
    /** What a graph can tell apart. */
    private static final int DEFAULT_LINES = 8;
    /** Times two hundred buckets, this is what an answer may hold. */
    private static final int MAX_SERIES_LINES = 20;

    private static final int DEFAULT_BREAKDOWN_LINES = 100;

    private static final Set<String> TIME = Set.of("from", "to");
    private static final Set<String> FILTER = Set.of("from", "to", "workload", "key", "model", "status");
    private static final Set<String> REPORT =
            Set.of("from", "to", "workload", "key", "model", "status", "group_by", "top");

    private final UsageService usage;
    private final Clock clock;

    public UsageRoutes(UsageService usage, Clock clock) {
        this.usage = usage;
        this.clock = clock;
    }

    public List<Route> routes() {
        Set<String> paged = new HashSet<>(FILTER);
        paged.addAll(Route.PAGING);
        return List.of(
                route("", this::totals).withQuery(TIME),
                route(
                                "/series",
                                exchange -> Answer.ok(UsageJson.series(usage.series(slug(exchange), series(exchange)))))
                        .withQuery(REPORT),
                route("/series.csv", exchange -> UsageCsv.series(usage.series(slug(exchange), series(exchange))))
                        .withQuery(REPORT),
                route(
                                "/breakdown",
                                exchange -> Answer.ok(
                                        UsageJson.breakdown(usage.breakdown(slug(exchange), breakdown(exchange)))))
                        .withQuery(REPORT),
                route(
                                "/breakdown.csv",
                                exchange -> UsageCsv.breakdown(usage.breakdown(slug(exchange), breakdown(exchange))))
                        .withQuery(REPORT),
                route("/values", this::values).withQuery(TIME),
                route("/last-day", exchange -> Answer.ok(UsageJson.of(usage.lastDay(slug(exchange))))),
                route("/records", this::records).withQuery(paged),
                route("/records.csv", this::recordsAsCsv).withQuery(FILTER));
    }

    private static Route route(String path, Route.Handler handler) {
        return Route.project("GET", USAGE + path, Action.USAGE_READ, handler);
    }

    private static String slug(Exchange exchange) {
        return exchange.project().slug();
    }

    private record Time(Instant from, Instant to) {}

    private Time time(Query query) {
        Instant to = query.instant("to", clock.now());
        Instant from = query.instant("from", minus(to, DEFAULT_SPAN));
        UsageQuery.requireRange(from, to);
        return new Time(from, to);
    }

    /** Times from outside may lie where nothing can be subtracted. */
    private static Instant minus(Instant to, Duration span) {
        return to.isBefore(Instant.EPOCH.plus(span)) ? Instant.EPOCH : to.minus(span);
    }

    private Answer totals(Exchange exchange) {
        Time time = time(exchange.query());
        return Answer.ok(Json.object(
                "from", time.from().toString(),
                "to", time.to().toString(),
                "totals",
                        usage.totals(slug(exchange), time.from(), time.to()).stream()
                                .map(UsageJson::of)
                                .toList()));
    }

    private UsageQuery series(Exchange exchange) {
        Query query = exchange.query();
        Time time = time(query);
        int top = query.integer("top", 1, MAX_SERIES_LINES, DEFAULT_LINES);
        return new UsageQuery(time.from(), time.to(), filter(query), groupBy(query, null), top);
    }

    private UsageQuery breakdown(Exchange exchange) {
        Query query = exchange.query();
        Time time = time(query);
        int top = query.integer("top", 1, UsageQuery.MAX_TOP, DEFAULT_BREAKDOWN_LINES);
        return new UsageQuery(time.from(), time.to(), filter(query), groupBy(query, UsageDimension.WORKLOAD), top);
    }

    private static @Nullable UsageDimension groupBy(Query query, @Nullable UsageDimension otherwise) {
        String text = query.text("group_by");
        if (text == null) {
            return otherwise;
        }
        for (UsageDimension dimension : UsageDimension.values()) {
            if (dimension.name().toLowerCase(Locale.ROOT).equals(text)) {
                return dimension;
            }
        }
        throw new InvalidFieldException("group_by", "group_by must be workload, key, model or status");
    }

    private static UsageFilter filter(Query query) {
        String status = query.text("status");
        return new UsageFilter(
                query.text("workload", MAX_TEXT),
                query.text("key", MAX_TEXT),
                query.text("model", MAX_TEXT),
                status == null ? null : StatusRange.parse("status", status));
    }

    private Answer values(Exchange exchange) {
        Time time = time(exchange.query());
        return Answer.ok(UsageJson.of(usage.values(slug(exchange), time.from(), time.to())));
    }

    private Answer records(Exchange exchange) {
        Query query = exchange.query();
        PageRequest page = query.page();
        return exchange.list(
                page,
                usage.records(
                        slug(exchange),
                        filter(query),
                        query.instant("from", Instant.EPOCH),
                        query.instant("to", UsageQuery.END),
                        page),
                UsageJson::of);
    }

    private Answer recordsAsCsv(Exchange exchange) {
        Query query = exchange.query();
        String slug = slug(exchange);
        UsageFilter filter = filter(query);
        Instant from = query.instant("from", Instant.EPOCH);
        Instant to = query.instant("to", UsageQuery.END);
        return UsageCsv.records(
                after -> usage.records(slug, filter, from, to, new PageRequest(PageRequest.MAX_LIMIT, after)));
    }
}
