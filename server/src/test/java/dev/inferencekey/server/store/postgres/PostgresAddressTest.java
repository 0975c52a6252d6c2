package dev.inferencekey.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresAddressTest {
    @Test
    void allPartsReachTheDriver() {
        PostgresAddress address = PostgresAddress.parse(
                "postgresql://ik:p%40ss+w%3Ard@db.example.com:6432/my%20db?sslmode=verify-full&sslrootcert=/etc/ca.pem");
        assertThat(address.driverUrl()).isEqualTo("jdbc:postgresql://db.example.com:6432/my%20db");
        assertThat(address.driverProperties())
                .containsEntry("user", "ik")
                .containsEntry("password", "p@ss+w:rd")
                .containsEntry("sslmode", "verify-full")
                .containsEntry("sslrootcert", "/etc/ca.pem")
                // Or values of rows would be in what is logged of failures.
                .containsEntry("logServerErrorDetail", "false")
                .hasSize(5);
        assertThat(address.database()).isEqualTo("my db");
    }

    @Test
    void whatIsLeftOutIsUsual() {
        PostgresAddress address = PostgresAddress.parse("postgres://ik@[fd00::1]/inferencekey");
        assertThat(address.hosts()).isEqualTo("[fd00::1]:5432");
        assertThat(address.password()).isEmpty();
        assertThat(address.driverProperties()).containsOnlyKeys("user", "logServerErrorDetail");
    }

    @Test
    void aPasswordFromElsewhereBringsItsWayOfTlsWithIt() {
        PostgresAddress secret = PostgresAddress.parse("postgresql://ik:hunter2@db/inferencekey?sslmode=verify-full");
        assertThat(PostgresAddress.parse("postgresql://ik@db/inferencekey")
                        .completedBy(secret)
                        .driverProperties())
                .containsEntry("password", "hunter2")
                .containsEntry("sslmode", "verify-full");
        assertThat(PostgresAddress.parse("postgresql://ik@db/inferencekey?sslmode=require")
                        .completedBy(secret)
                        .driverProperties())
                .containsEntry("password", "hunter2")
                .containsEntry("sslmode", "require");
    }

    @Test
    void ofSeveralHostsTheOneThatCanBeWrittenIsAskedFor() {
        PostgresAddress address = PostgresAddress.parse("postgresql://ik@a,b:5433/inferencekey");
        assertThat(address.driverUrl()).isEqualTo("jdbc:postgresql://a:5432,b:5433/inferencekey");
        assertThat(address.driverProperties()).containsEntry("targetServerType", "primary");
    }

    @Test
    void itsTextShowsNoPassword() {
        PostgresAddress address = PostgresAddress.parse("postgresql://ik:hunter2@db/inferencekey");
        assertThat(address).hasToString("postgresql://ik@db:5432/inferencekey");
        assertThat(PostgresAddress.parse("postgresql://ik@db/inferencekey").withPassword("hunter2"))
                .isEqualTo(address)
                .hasToString("postgresql://ik@db:5432/inferencekey");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mysql://ik:hunter2@db/x                       | does not begin with postgresql://
            postgresql://db/x                             | names no user
            postgresql://:hunter2@db/x                    | names no user
            postgresql://ik:hunter2@db                    | names no database
            postgresql://ik:hunter2@db/                   | names no database
            postgresql://ik:hunter2@db/a/b                | has a / in the name of the database
            postgresql://ik:hunter2@/x                    | names no host
            postgresql://ik:hunter2@db:99999/x            | has a port that is not 1 to 65535
            postgresql://ik:hunter2@db:0/x                | has a port that is not 1 to 65535
            postgresql://ik:hunter2@db/x?password=hunter2 | has a parameter that is none of
            postgresql://ik:hunter2@db/x?sslmode=maybe    | has an sslmode that is none of
            postgresql://ik:hunter2%zz@db/x               | has a % that begins no escape
            postgresql://ik:hunter2%00@db/x               | contains a control character
            """)
    void whatIsWrongIsSaidInASentenceThatShowsNoPassword(String url, String why) {
        assertThatThrownBy(() -> PostgresAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the address of the store " + why)
                .hasMessageEndingWith("write it like postgresql://user@host:5432/database?sslmode=verify-full")
                .message()
                .doesNotContain("hunter2");
    }
}
