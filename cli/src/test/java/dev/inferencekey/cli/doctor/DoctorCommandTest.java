package dev.inferencekey.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.FakeServer;
import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.cli.api.ServerAddress;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import dev.inferencekey.server.runtime.isolation.IsolationAttempt;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DoctorCommandTest {
    private final FakeServer server = new FakeServer();

    @TempDir
    private Path home;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aHealthyMachineIsAllRight() {
        server.on("GET /health/ready", 200, "{}");
        Result result = new TestShell(home).run("doctor", "--url", server.url());
        assertThat(result.exitCode()).as(result.out()).isZero();
        assertThat(result.out())
                .contains("ok    java", "ok    isolation", "ok    data folder", "ok    disk", "ok    server")
                .doesNotContain("fail");
    }

    @Test
    void findsALlamaServerOnThePath() throws IOException {
        Path program = Files.createFile(
                home.resolve("llama-server"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        server.on("GET /health/ready", 200, "{}");
        Result result = new TestShell(home).with("PATH", "/nowhere:" + home).run("doctor", "--url", server.url());
        assertThat(result.out()).contains("llama-server at " + program);
    }

    @Test
    void triesTheIsolationOfModelServersAndLeavesNothingBehind() throws IOException {
        Finding finding = new IsolationCheck(home, Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")).run();

        assertThat(finding.level()).as(finding.message()).isEqualTo(Finding.Level.OK);
        assertThat(finding.message()).contains("without sight of the data folder");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void anIsolationThatDoesNotWorkIsToldWithItsReason() {
        Finding finding = IsolationCheck.finding(List.of(
                new IsolationAttempt(EngineIsolation.NAMESPACE, "unshare: Operation not permitted"),
                new IsolationAttempt(EngineIsolation.LANDLOCK, "needs Landlock 6 (Linux 6.12)")));

        assertThat(finding.level()).isEqualTo(Finding.Level.WARN);
        assertThat(finding.message())
                .contains(
                        "namespace: unshare: Operation not permitted", "landlock: needs Landlock 6", "none is started");
        assertThat(finding.advice()).contains("--engine-isolation none");
    }

    @Test
    void aServerThatIsNotReadyFails() {
        server.on("GET /health/ready", 503, "{}");
        Result result = new TestShell(home).run("doctor", "--url", server.url());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("fail  server", "503", "→");
    }

    @Test
    void aFolderThatCannotBeOneFails() throws IOException {
        Path file = Files.createFile(home.resolve("file"));
        server.on("GET /health/ready", 200, "{}");
        Result result = new TestShell(home)
                .run(
                        "doctor",
                        "--url",
                        server.url(),
                        "--data",
                        file.resolve("data").toString());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("fail  data folder");
    }

    @Test
    void aKeyThatOthersCanReadFails() throws IOException {
        Path key = Files.createFile(home.resolve("master.key"));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(new DataFolderCheck(home).run())
                .contains(Finding.fail("file modes", "others can read master.key", "chmod 600 them, in " + home));
    }

    @Test
    void saysWhetherAServerRunsOnTheFolder() throws IOException {
        Path lock = Files.createFile(home.resolve("lock"));
        assertThat(new DataFolderCheck(home).run()).contains(Finding.ok("lock", "no server runs on it"));
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            channel.lock();
            assertThat(new DataFolderCheck(home).run())
                    .contains(Finding.ok("lock", "a server runs on it, in this process"));
        }
    }

    @Test
    void aPortHeldBySomethingSilentFails() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerAddress address = ServerAddress.parse("http://127.0.0.1:" + silent.getLocalPort(), "--url");
            assertThat(new ServerCheck(address, TestShell.NOW).run()).anySatisfy(finding -> {
                assertThat(finding.level()).isEqualTo(Finding.Level.FAIL);
                assertThat(finding.subject()).isEqualTo("port");
            });
        }
    }

    @Test
    void aFreePortIsAllRight() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        ServerAddress address = ServerAddress.parse("http://127.0.0.1:" + free, "--url");
        assertThat(new ServerCheck(address, TestShell.NOW).run())
                .allMatch(finding -> finding.level() == Finding.Level.OK);
    }

    @Test
    void aClockThatDiffersFromTheServersIsAWarning() {
        server.on("GET /health/ready", 200, "{}");
        ServerAddress address = ServerAddress.parse(server.url(), "--url");
        assertThat(new ServerCheck(address, Instant.parse("2026-01-02T00:00:00Z")).run())
                .anyMatch(finding -> finding.level() == Finding.Level.WARN
                        && finding.subject().equals("clock"));
        assertThat(new ServerCheck(address, Instant.EPOCH).run())
                .anyMatch(finding -> finding.level() == Finding.Level.FAIL
                        && finding.subject().equals("clock"));
    }
}
