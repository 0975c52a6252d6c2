package dev.inferencekey.server.manager.price;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/prices}. */
public final class PriceRoutes {
    private static final String PRICES = "/api/projects/{project}/prices";
    private static final String ONE = PRICES + "/{workload_slug}";
    private static final int LONGEST = 100;

    private final PriceService prices;

    public PriceRoutes(PriceService prices) {
        this.prices = prices;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", PRICES, Action.PRICE_READ, this::list),
                Route.project("GET", ONE, Action.PRICE_READ, this::show),
                Route.project("PUT", ONE, Action.PRICE_WRITE, this::put),
                Route.project("DELETE", ONE, Action.PRICE_WRITE, this::remove));
    }

    private Answer list(Exchange exchange) {
        return Answer.ok(
                prices.list(exchange.project()).stream().map(PriceRoutes::json).toList());
    }

    private Answer show(Exchange exchange) {
        return Answer.ok(json(prices.get(exchange.project(), exchange.variable("workload_slug"))));
    }

    private Answer put(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of(TokenPrice.INPUT, TokenPrice.CACHED_INPUT, TokenPrice.OUTPUT));
        TokenPrice price = TokenPrice.of(
                fields.requiredText(TokenPrice.INPUT, LONGEST),
                fields.nonBlankText(TokenPrice.CACHED_INPUT, LONGEST),
                fields.requiredText(TokenPrice.OUTPUT, LONGEST));
        return Answer.ok(
                json(prices.put(exchange.requester(), exchange.project(), exchange.variable("workload_slug"), price)));
    }

    private Answer remove(Exchange exchange) {
        prices.remove(exchange.requester(), exchange.project(), exchange.variable("workload_slug"));
        return Answer.noContent();
    }

    private static Map<String, @Nullable Object> json(PricePeriod period) {
        return Json.object(
                "workload_slug",
                period.workloadSlug(),
                "currency",
                "USD",
                TokenPrice.INPUT,
                period.price().inputPerMillion(),
                TokenPrice.CACHED_INPUT,
                period.price().cachedInputPerMillion(),
                TokenPrice.OUTPUT,
                period.price().outputPerMillion(),
                "since",
                period.since().toString());
    }
}
