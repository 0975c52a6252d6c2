package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.usage.StatusRange;
import dev.inferencekey.server.domain.usage.UsageFilter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.Query;

/** What a filter adds to the conditions of a query over records or sums; both name these columns alike. */
final class UsageConditions {
    private final String sql;
    private final Map<String, Object> values = new LinkedHashMap<>();

    UsageConditions(UsageFilter filter) {
        StringBuilder conditions = new StringBuilder();
        StatusRange status = filter.status();
        if (status != null) {
            // As StatusRange.covers: what failed after a good status is among those with that status, too.
            conditions.append(
                    " and (status between :lowStatus and :highStatus or status - 1000 between :lowStatus and :highStatus)");
            values.put("lowStatus", status.low());
            values.put("highStatus", status.high());
        }
        StringBuilder series = new StringBuilder();
        if (filter.workload() != null) {
            series.append(" and workload_slug = :workload");
            values.put("workload", filter.workload());
        }
        if (filter.key() != null) {
            series.append(" and key_id = :key");
            values.put("key", filter.key());
        }
        if (filter.model() != null) {
            series.append(" and model = :model");
            values.put("model", filter.model());
        }
        if (!series.isEmpty()) {
            conditions
                    .append(" and series in (select id from usage_series where ")
                    .append(series.substring(" and ".length()))
                    .append(')');
        }
        sql = conditions.toString();
    }

    /** To be put after the other conditions. */
    String sql() {
        return sql;
    }

    Query bind(Query query) {
        return query.bindMap(values);
    }
}
