package dev.inferencekey.e2e.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database that is taken away keeps what it has said to have. */
class PostgresServerTest {
    @Test
    void whatWasCommittedIsThereAfterAKillAndAStopOnTheSamePort(@TempDir Path temp) throws SQLException {
        try (PostgresServer postgres = new PostgresServer(temp.resolve("data"))) {
            String database = postgres.createDatabase();
            int port = postgres.port();
            try (Connection connection = postgres.connect(database);
                    Statement statement = connection.createStatement()) {
                statement.execute("create table t (n int)");
                statement.execute("insert into t select generate_series(1, 1000)");
                postgres.kill();
                assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
            }
            assertThatThrownBy(() -> postgres.connect(database)).isInstanceOf(SQLException.class);
            postgres.startAgain();
            assertThat(count(postgres, database)).isEqualTo(1_000);
            postgres.stop();
            postgres.startAgain();
            assertThat(count(postgres, database)).isEqualTo(1_000);
            assertThat(postgres.port()).isEqualTo(port);
        }
    }

    private static int count(PostgresServer postgres, String database) throws SQLException {
        try (Connection connection = postgres.connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from t")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
