package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that must fail: in one sentence that says what to do, with nothing changed. */
class BadStartTest {
    @TempDir
    private Path home;

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ik.Result result = server("--port", String.valueOf(taken.getLocalPort()));
            assertFailedInOneSentence(result, "port " + taken.getLocalPort());
        }
    }

    @Test
    void aTransportThatTheMachineLacksIsNamed() {
        Ik.Result result = new Ik(home)
                .with("IK_JAVA_OPTS", "-Dio.netty.transport.noNative=true")
                .run("server", "--data", home.resolve("data").toString(), "--port", "0", "--transport", "epoll");
        assertFailedInOneSentence(result, "the transport epoll can't be used on this machine; choose another");
    }

    @Test
    void aSecondServerOnTheSameFolderIsRefusedAndTheFirstGoesOn() throws IOException {
        Ik ik = new Ik(home);
        try (Ik.Server first = ik.server(home.resolve("data"))) {
            Ik.Result result = server("--port", "0");
            assertFailedInOneSentence(result, "another InferenceKey server");
            first.http().get("/api/projects", first.operator()).expect(200);
        }
    }

    @Test
    void aFolderOfANewerVersionIsLeftAsItIs() throws IOException, SQLException {
        Path data = home.resolve("data");
        try (Ik.Server server = new Ik(home).server(data)) {
            server.http()
                    .post("/api/projects", server.operator(), "{\"name\":\"acme\"}")
                    .expect(201);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("inferencekey.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "insert into flyway_schema_history (installed_rank, version, description, type, script,"
                            + " checksum, installed_by, execution_time, success)"
                            + " select max(installed_rank) + 1, '9999', 'from the future', 'SQL', 'V9999__from_the_future.sql', 1,"
                            + " 'x', 1, 1 from flyway_schema_history");
        }
        byte[] before = Files.readAllBytes(data.resolve("inferencekey.db"));
        assertFailedInOneSentence(server("--port", "0"), "newer");
        assertThat(Files.readAllBytes(data.resolve("inferencekey.db"))).isEqualTo(before);
    }

    @Test
    void aFileInPlaceOfTheFolderIsNamed() throws IOException {
        Files.writeString(home.resolve("data"), "not a folder");
        assertFailedInOneSentence(server("--port", "0"), home.resolve("data").toString());
    }

    @Test
    void aFileThatIsNoDatabaseIsNamedAndKept() throws IOException {
        Path database = Files.createDirectories(home.resolve("data")).resolve("inferencekey.db");
        Files.writeString(database, "this is somebody's shopping list, not a database. ".repeat(200));
        byte[] before = Files.readAllBytes(database);
        assertFailedInOneSentence(server("--port", "0"), "inferencekey.db");
        assertThat(Files.readAllBytes(database)).isEqualTo(before);
    }

    @Test
    void aMasterKeyThatOthersCanReadIsRefused() throws IOException {
        Path data = Files.createDirectories(home.resolve("data"));
        Path key = Files.write(data.resolve("master.key"), new byte[32]);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertFailedInOneSentence(server("--port", "0", "--accept-empty-database"), "chmod 600");
    }

    @Test
    void anEmptiedDatabaseIsNotTakenForAFirstStart() throws IOException {
        Path data = home.resolve("data");
        try (Ik.Server server = new Ik(home).server(data)) {
            server.http()
                    .post("/api/projects", server.operator(), "{\"name\":\"acme\"}")
                    .expect(201);
        }
        Path database = data.resolve("inferencekey.db");
        Files.write(database, new byte[0]);

        assertFailedInOneSentence(server("--port", "0"), "put a backup of the database back");

        assertThat(database).isEmptyFile();
    }

    private Ik.Result server(String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "server";
        arguments[1] = "--data";
        arguments[2] = home.resolve("data").toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return new Ik(home).run(arguments);
    }

    private static void assertFailedInOneSentence(Ik.Result result, String naming) {
        assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
        assertThat(result.err()).doesNotContain("Exception");
        assertThat(result.err().strip().lines())
                .as(result.err())
                .satisfiesExactly(
                        sentence -> assertThat(sentence).startsWith("ik: ").contains(naming),
                        link -> assertThat(link)
                                .startsWith("Documentation: ")
                                .endsWith("reference/errors.md#start_failed"));
    }
}
