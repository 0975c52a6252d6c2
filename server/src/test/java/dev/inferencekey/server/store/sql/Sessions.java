package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.StoreSession;
import org.jdbi.v3.core.statement.Query;

/** Asks a transaction what the ports don't. */
public final class Sessions {
    private Sessions() {}

    public static Query query(StoreSession session, String sql) {
        return ((SqlSession) session).query(sql);
    }
}
