package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/usage}. */
public final class UsageRoutes {
    private static final String USAGE = "/api/projects/{project}/usage";
    private static final Duration DEFAULT_SPAN = Duration.ofDays(30);

    private final UsageService usage;
    private final Clock clock;

    public UsageRoutes(UsageService usage, Clock clock) {
        this.usage = usage;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", USAGE, Action.USAGE_READ, this::totals).withQuery(Set.of("from", "to")),
                Route.project("GET", USAGE + "/records", Action.USAGE_READ, this::records)
                        .withQuery(Route.PAGING));
    }

    private Answer totals(Exchange exchange) {
        Instant to = exchange.query().instant("to", clock.now());
        Instant from = exchange.query().instant("from", to.minus(DEFAULT_SPAN));
        if (!from.isBefore(to)) {
            throw new InvalidFieldException("from", "from must be before to");
        }
        return Answer.ok(Json.object(
                "from", from.toString(),
                "to", to.toString(),
                "totals",
                        usage.totals(exchange.project().slug(), from, to).stream()
                                .map(UsageRoutes::json)
                                .toList()));
    }

    private Answer records(Exchange exchange) {
        PageRequest page = exchange.query().page();
        return exchange.list(page, usage.records(exchange.project().slug(), page), UsageRoutes::json);
    }

    private static Map<String, @Nullable Object> json(Total total) {
        return Json.object(
                "workload_slug", total.workloadSlug(),
                "key_id", total.keyId(),
                "requests", total.requests(),
                "failed_requests", total.failedRequests(),
                "input_tokens", total.inputTokens(),
                "output_tokens", total.outputTokens(),
                "cached_tokens", total.cachedTokens());
    }

    private static Map<String, @Nullable Object> json(UsageRecord usage) {
        return Json.object(
                "id", usage.id(),
                "request_id", usage.requestId(),
                "at", usage.at().toString(),
                "workload_id", usage.workloadId(),
                "workload_slug", usage.workloadSlug(),
                "key_id", usage.keyId(),
                "public_id", usage.publicId(),
                "client_address", usage.clientAddress(),
                "route", usage.route(),
                "model", usage.model(),
                "status", usage.status(),
                "input_tokens", usage.inputTokens(),
                "output_tokens", usage.outputTokens(),
                "cached_tokens", usage.cachedTokens(),
                "duration_micros", usage.durationMicros(),
                "first_byte_micros", usage.firstByteMicros(),
                "request_bytes", usage.requestBytes(),
                "response_bytes", usage.responseBytes(),
                "streamed", usage.streamed(),
                "cancelled", usage.cancelled());
    }
}
