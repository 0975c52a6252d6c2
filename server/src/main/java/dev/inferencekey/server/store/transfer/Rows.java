package dev.inferencekey.server.store.transfer;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Takes rows one by one: {@code Long}, {@code String}, {@code byte[]} or null for each column of the table's shape. */
@FunctionalInterface
interface Rows {
    /** The array is used again for the next row. */
    void next(@Nullable Object[] values) throws SQLException;
}
