package dev.inferencekey.server.store.postgres;

import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections outside of every pool: for what takes long, or holds one for as long as it lives. */
final class OwnConnections extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    OwnConnections(PostgresAddress address) {
        setUrl(address.driverUrl());
        address.driverProperties().forEach((name, value) -> set(String.valueOf(name), String.valueOf(value)));
    }

    private void set(String name, String value) {
        try {
            setProperty(name, value);
        } catch (SQLException e) {
            throw new IllegalArgumentException("the store's address has an unknown parameter: " + name, e);
        }
    }
}
