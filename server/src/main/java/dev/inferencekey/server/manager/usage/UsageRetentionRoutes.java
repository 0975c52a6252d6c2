package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import java.util.List;

/** {@code /api/settings/usage-retention}. */
public final class UsageRetentionRoutes {
    private static final String PATH = "/api/settings/usage-retention";
    private static final String RECORD_DAYS = "record_days";
    private static final String SUM_DAYS = "sum_days";

    private final UsageRetentionService retention;

    public UsageRetentionRoutes(UsageRetentionService retention) {
        this.retention = retention;
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", PATH, Action.SETTING_READ, exchange -> answer(retention.get())),
                Route.platform("PUT", PATH, Action.SETTING_WRITE, this::put));
    }

    private Answer put(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of(RECORD_DAYS, SUM_DAYS));
        UsageRetention wanted = new UsageRetention(days(fields, RECORD_DAYS), days(fields, SUM_DAYS));
        retention.put(exchange.requester(), wanted);
        return answer(wanted);
    }

    private static int days(JsonFields fields, String field) {
        Integer days = fields.integer(field, 1, UsageRetention.MAX_DAYS);
        if (days == null) {
            throw fields.wrong(field, "is required");
        }
        return days;
    }

    private static Answer answer(UsageRetention retention) {
        return Answer.ok(Json.object(RECORD_DAYS, retention.recordDays(), SUM_DAYS, retention.sumDays()));
    }
}
