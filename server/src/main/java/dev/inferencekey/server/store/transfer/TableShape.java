package dev.inferencekey.server.store.transfer;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a table holds, the same on either kind of database.
 *
 * @param columns those that are written, in the order of their names; generated ones follow from them
 * @param parents tables that its rows refer to, without itself
 * @param numbered the column that the database numbers by itself, null if there is none
 */
record TableShape(
        String name,
        List<Column> columns,
        Set<String> parents,
        @Nullable String numbered) {
    TableShape {
        columns = List.copyOf(columns);
        parents = Set.copyOf(parents);
    }

    /** One column. */
    record Column(String name, Kind kind) {}

    /** What values a column holds. */
    enum Kind {
        INTEGER,
        TEXT,
        BYTES
    }

    /** The columns' names, separated by commas. */
    String columnList() {
        return String.join(", ", columns.stream().map(Column::name).toList());
    }
}
