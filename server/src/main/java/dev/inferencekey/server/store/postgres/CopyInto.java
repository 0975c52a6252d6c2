package dev.inferencekey.server.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Rows on their way into a table, in the text format of COPY: the quickest way in. Not thread-safe. */
public final class CopyInto {
    private final CopyIn copy;

    /** @param columns their names, separated by commas */
    public CopyInto(Connection connection, String table, String columns) throws SQLException {
        copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + table + " (" + columns + ") from stdin");
    }

    /** Sends rows, or parts of them. */
    public void write(byte[] rows) throws SQLException {
        copy.writeToCopy(rows, 0, rows.length);
    }

    /** Takes back what was sent; the transaction can only be rolled back then. */
    public void giveUp() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }

    /** All rows have been sent; they are in the table from here on, for this transaction. */
    public void finish() throws SQLException {
        copy.endCopy();
    }
}
