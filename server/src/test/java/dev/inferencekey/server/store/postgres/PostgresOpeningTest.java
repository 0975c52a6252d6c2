package dev.inferencekey.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.store.NewerDataException;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses that lead nowhere, to the wrong place, or to a place where this user may not: one sentence each. */
@Tag("slow")
final class PostgresOpeningTest {
    private static final String PASSWORD = "hunter2";

    @TempDir
    private static Path temp;

    private static EmbeddedPostgres server;

    /** A server that wants passwords. */
    @BeforeAll
    static void start() throws IOException, SQLException {
        Path rules = Files.writeString(temp.resolve("pg_hba.conf"), """
                local all all trust
                host all postgres 127.0.0.1/32 trust
                host all all 127.0.0.1/32 scram-sha-256
                """);
        // The server may run as a user of its own.
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(rules, PosixFilePermissions.fromString("rw-r--r--"));
        server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setServerConfig("hba_file", rules.toString())
                .start();
        execute("create role ik login password '" + PASSWORD + "'");
        execute("create role guest login password '" + PASSWORD + "'");
        execute("create database inferencekey owner ik");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static PostgresAddress address(String user, String password, String where) {
        return PostgresAddress.parse("postgresql://" + user + ":" + password + "@" + where);
    }

    private static String here(String database) {
        return "127.0.0.1:" + server.getPort() + "/" + database;
    }

    private static void assertRefused(PostgresAddress address, String... sentence) {
        assertThatThrownBy(() -> PostgresStore.open(address))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContainingAll(sentence)
                .message()
                .doesNotContain(PASSWORD, "\n", "Exception", "ERROR");
    }

    @Test
    void theOwnerMakesItsTables() {
        PostgresAddress owner = address("ik", PASSWORD, here("inferencekey"));
        PostgresStore.open(owner).close();
        PostgresStore.await(owner, false, Duration.ZERO, notice -> {}).close();
    }

    @Test
    void aWrongPassword() {
        PostgresAddress wrong = address("ik", "hunter3", here("inferencekey"));
        assertRefused(wrong, "the database " + wrong + " refuses the user or the password", "pg_hba.conf");
    }

    @Test
    void aDatabaseThatIsMissing() {
        assertRefused(
                address("ik", PASSWORD, here("nothing")), "has no database nothing; create it, owned by ik", "UTF8");
    }

    @Test
    void aUserWithoutRights() throws SQLException {
        execute("create database others");
        assertRefused(
                address("guest", PASSWORD, here("others")),
                "the user guest may not make tables",
                "alter database others owner to guest");
    }

    @Test
    void aUserThatMayNotReadTheTables() throws SQLException {
        PostgresStore.open(address("ik", PASSWORD, here("inferencekey"))).close();
        assertRefused(
                address("guest", PASSWORD, here("inferencekey")), "lacks rights in the database", "grant-gateway");
    }

    @Test
    void aDatabaseOfAnotherEncoding() throws SQLException {
        execute("create database latin owner ik encoding 'LATIN1' template template0 locale 'C'");
        assertRefused(address("ik", PASSWORD, here("latin")), "keeps text as LATIN1", "encoding 'UTF8'");
    }

    @Test
    void aHostThatNobodyKnows() {
        assertRefused(
                address("ik", PASSWORD, "no-such-host.invalid/inferencekey"),
                "the host in postgresql://ik@no-such-host.invalid:5432/inferencekey can't be found");
    }

    @Test
    void aPortAtWhichNothingListens() throws IOException {
        assertRefused(
                address("ik", PASSWORD, "127.0.0.1:" + freePort() + "/inferencekey"), "nothing listens at 127.0.0.1:");
    }

    @Test
    void aServerWithoutTls() {
        assertRefused(address("ik", PASSWORD, here("inferencekey") + "?sslmode=require"), "offers no TLS", "sslmode");
    }

    @Test
    void tablesOfANewerRelease() throws SQLException {
        execute("create database newer owner ik");
        PostgresAddress newer = address("ik", PASSWORD, here("newer"));
        PostgresStore.open(newer).close();
        try (Connection connection = server.getDatabase("postgres", "newer").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "insert into flyway_schema_history select 999, '9999', description, type, script, checksum,"
                            + " 'InferenceKey 9', now(), 1, true from flyway_schema_history limit 1");
        }
        assertThatThrownBy(() -> PostgresStore.open(newer))
                .isInstanceOf(NewerDataException.class)
                .hasMessageContainingAll("was written by InferenceKey 9 in data version 9999", "start that release");
    }

    @Test
    void tablesThatThisRoleMayNotMake() throws SQLException {
        execute("create database bare owner ik");
        PostgresAddress bare = address("ik", PASSWORD, here("bare"));
        assertThatThrownBy(() -> PostgresStore.await(bare, false, Duration.ofMinutes(1), notice -> {}))
                .hasMessageContainingAll("are not made yet", "role all or manager", "ik store migrate");
    }

    @Test
    void aStartWaitsForADatabaseThatIsAwayAndSaysSoOnce() throws IOException {
        int port = freePort();
        List<String> notices = new ArrayList<>();
        List<ServerSocket> late = new ArrayList<>();
        try {
            PostgresStore.await(
                            address("ik", PASSWORD, "127.0.0.1:" + port + "/inferencekey"),
                            true,
                            Duration.ofMinutes(1),
                            notice -> {
                                notices.add(notice);
                                late.add(forwarding(port, server.getPort()));
                            })
                    .close();
        } finally {
            for (ServerSocket socket : late) {
                socket.close();
            }
        }
        assertThat(notices)
                .singleElement()
                .asString()
                .contains("nothing listens at 127.0.0.1:" + port, "trying again for 60 s");
    }

    @Test
    void aStartGivesUpInTheEnd() throws IOException {
        PostgresAddress away = address("ik", PASSWORD, "127.0.0.1:" + freePort() + "/inferencekey");
        assertThatThrownBy(() -> PostgresStore.await(away, true, Duration.ofMillis(700), notice -> {}))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("nothing listens at");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Listens at one port and passes everything on to the other, until the socket is closed. */
    private static ServerSocket forwarding(int from, int to) {
        try {
            ServerSocket listening = new ServerSocket(from, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> {
                while (!listening.isClosed()) {
                    try {
                        Socket near = listening.accept();
                        Socket far = new Socket(InetAddress.getLoopbackAddress(), to);
                        pipe(near, far);
                        pipe(far, near);
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            return listening;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void pipe(Socket from, Socket to) {
        Thread.ofVirtual().start(() -> {
            try (from;
                    to;
                    InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                in.transferTo(out);
            } catch (IOException e) {
                // One side has ended the connection.
            }
        });
    }
}
