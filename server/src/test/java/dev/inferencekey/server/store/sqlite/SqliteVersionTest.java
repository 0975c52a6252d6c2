package dev.inferencekey.server.store.sqlite;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteVersionTest {
    @ParameterizedTest
    @ValueSource(strings = {"3.50.3", "3.52.9", "3.9.2", "3", "2.99.99"})
    void anOlderOneIsRefusedWithWhatToSet(String version) {
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> SqliteVersion.require(version))
                .withMessageContaining("SQLite " + version + ",")
                .withMessageContaining("sqlite-jdbc.version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.53.0", "3.53", "3.53.4", "3.54.1", "3.100.0", "4.0.0"})
    void anyNewerOneIsTaken(String version) {
        assertThatCode(() -> SqliteVersion.require(version)).doesNotThrowAnyException();
    }

    @Test
    void theOneOfThisBuildIsTaken() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertThatCode(() -> SqliteVersion.require(connection)).doesNotThrowAnyException();
        }
    }
}
