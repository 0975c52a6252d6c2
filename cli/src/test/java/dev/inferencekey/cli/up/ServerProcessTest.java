package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.Ik;
import dev.inferencekey.cli.TestShell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ik server} as a process of its own, told by signals. */
@Tag("slow")
class ServerProcessTest {
    @TempDir
    private Path home;

    @Test
    @Timeout(60)
    void sighupReadsTheConfigurationFileAgainAndSigtermEndsIt() throws IOException, InterruptedException {
        String usual = "port: 0\nadmin-port: off\naccess-log: off\n";
        Path file = Files.writeString(home.resolve("ik.yaml"), usual);
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:disable",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Ik.class.getName(),
                        "server",
                        "--config=" + file,
                        "--data=" + home.resolve("data"))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            awaitLine(said, "InferenceKey at http");
            Files.writeString(file, usual + "max-body: 1MiB\n");
            signal("HUP", server);
            awaitLine(said, "ik: configuration reloaded: max-body");
            Files.writeString(file, "port: 0\n");
            signal("HUP", server);
            awaitLine(
                    said, "ik: configuration not reloaded, nothing has changed: admin-port, access-log need a restart");
            reloadsWhenACommandAsksForIt(file, usual);
            signal("TERM", server);
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
            assertThat(reload("data").err()).contains("no server with a configuration file runs on the data folder");
        } finally {
            server.destroyForcibly();
        }
    }

    private void reloadsWhenACommandAsksForIt(Path file, String usual) throws IOException {
        Files.writeString(file, usual + "max-body: 2MiB\nmax-wait: 3s\n");
        TestShell.Result done = reload("data");
        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(done.out()).isEqualTo("configuration reloaded: max-body, max-wait\n");
        Files.writeString(file, usual + "max-body: 2MiB\nmax-wait: 3s\ntransport: nio\n");
        TestShell.Result refused = reload("data");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("configuration not reloaded, nothing has changed: transport needs a restart")
                .contains("errors.md#reload_refused");
        assertThat(reload("elsewhere").exitCode()).isEqualTo(2);
    }

    private TestShell.Result reload(String data) {
        return new TestShell(home)
                .run("config", "reload", "--data", home.resolve(data).toString());
    }

    private static void awaitLine(BufferedReader said, String start) throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(start)) {
                return;
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("it ended and said only:\n" + before);
    }

    private static void signal(String name, Process process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
