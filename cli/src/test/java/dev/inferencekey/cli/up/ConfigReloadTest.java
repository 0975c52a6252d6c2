package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.GlobalOptions;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.cli.shell.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A running platform whose configuration file changes, over real sockets. */
@Tag("slow")
class ConfigReloadTest {
    private static final String USUAL = """
            port: 0
            admin-port: off
            access-log: off
            log-level: info
            """;

    @TempDir
    private Path home;

    private final List<String> told = new ArrayList<>();
    private Path file;
    private RunningPlatform platform;
    private ConfigReload reload;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(home.resolve("ik.yaml"), USUAL);
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Shell shell = new Shell(
                Map.of("INFERENCEKEY_MAX_WAIT", "5s"),
                InputStream.nullInputStream(),
                nowhere,
                nowhere,
                Terminal.NONE,
                Terminal.NONE,
                question -> Optional.empty(),
                InstantSource.system(),
                home);
        ServerConfiguration configuration = ServerConfiguration.of(
                new CommandContext(shell, new GlobalOptions()), List.of("--keep-alive=80s"), file);
        platform = new EmbeddedPlatform(notice -> {}).start(configuration.launch());
        reload = new ConfigReload(configuration, outcome -> told.add(outcome.sentence()));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private String reloaded(String more) throws IOException {
        Files.writeString(file, USUAL + more);
        told.clear();
        reload.reload();
        assertThat(told).hasSize(1);
        return told.getFirst().replace(home + "/", "");
    }

    private Socket connect() throws IOException {
        return new Socket("127.0.0.1", platform.url().getPort());
    }

    /** Sends one request over the connection, and reads the head of its answer and as much body as that says. */
    private static String ask(Socket socket, String method, String path, String headers, String body)
            throws IOException {
        byte[] request = (method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "Content-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
        socket.getOutputStream().write(request);
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended within an answer: " + head);
            }
            head.append((char) next);
        }
        int length = head.toString().toLowerCase(Locale.ROOT).indexOf("content-length:");
        if (length >= 0) {
            String digits = head.substring(length + "content-length:".length())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
            in.readNBytes(Integer.parseInt(digits));
        }
        return head.toString();
    }

    @Test
    void whatCanChangeChangesForConnectionsThatAreOpen() throws IOException {
        reload.into(platform);
        String origin = "Origin: https://app.example.com\r\n";
        try (Socket socket = connect()) {
            assertThat(ask(socket, "GET", "/endpoint/a/b/v1/models", origin, ""))
                    .startsWith("HTTP/1.1 401")
                    .doesNotContain("Access-Control-Allow-Origin");
            assertThat(reloaded("cors-origin: https://app.example.com\nmax-body: 1KiB\n"))
                    .isEqualTo("configuration reloaded: cors-origin, max-body");
            assertThat(ask(socket, "GET", "/endpoint/a/b/v1/models", origin, ""))
                    .startsWith("HTTP/1.1 401")
                    .contains("Access-Control-Allow-Origin: https://app.example.com");
            assertThat(reloaded("")).isEqualTo("configuration reloaded: cors-origin, max-body");
            assertThat(ask(socket, "GET", "/endpoint/a/b/v1/models", origin, ""))
                    .doesNotContain("Access-Control-Allow-Origin");
        }
    }

    @Test
    void theLogLevelChanges() throws IOException {
        reload.into(platform);
        Files.writeString(file, USUAL.replace("info", "debug"));
        reload.reload();
        assertThat(told).containsExactly("configuration reloaded: log-level");
        assertThat(((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.inferencekey")).getLevel())
                .isEqualTo(Level.DEBUG);
        assertThat(Files.readString(home.resolve(".local/share/inferencekey/logs/server.log")))
                .contains("configuration reloaded");
    }

    @Test
    void whatNeedsARestartIsNamedAndNothingChanges() throws IOException {
        reload.into(platform);
        assertThat(reloaded("cors-origin: '*'\nmax-header: 16KiB\ntransport: nio\n"))
                .isEqualTo("configuration not reloaded, nothing has changed: max-header, transport need a restart");
        try (Socket socket = connect()) {
            assertThat(ask(socket, "GET", "/endpoint/a/b/v1/models", "Origin: https://a.example.com\r\n", ""))
                    .doesNotContain("Access-Control-Allow-Origin");
        }
        assertThat(reloaded("cors-origin: '*'\n")).isEqualTo("configuration reloaded: cors-origin");
    }

    @Test
    void aBadFileChangesNothingAndIsLoggedWithItsLine() throws IOException {
        reload.into(platform);
        assertThat(reloaded("cors-origin: '*'\nmax-boddy: 1\n"))
                .isEqualTo("configuration not reloaded, nothing has changed: ik.yaml:6: there is no setting"
                        + " \"max-boddy\"; did you mean max-body?");
        assertThat(reloaded("cors-origin: '*'\ntrusted-proxy: nobody\n"))
                .startsWith("configuration not reloaded, nothing has changed: ik.yaml:6: trusted-proxy: ");
        try (Socket socket = connect()) {
            assertThat(ask(socket, "GET", "/endpoint/a/b/v1/models", "Origin: https://a.example.com\r\n", ""))
                    .doesNotContain("Access-Control-Allow-Origin");
        }
        assertThat(Files.readString(home.resolve(".local/share/inferencekey/logs/server.log")))
                .contains("configuration not reloaded", "max-boddy");
    }

    @Test
    void flagsAndVariablesStillWinAndAValueWrittenOtherwiseIsNoChange() throws IOException {
        reload.into(platform);
        assertThat(reloaded("keep-alive: 1s\nmax-wait: 1s\nmax-header: 32768\n"))
                .isEqualTo("configuration reloaded: max-header");
    }

    @Test
    void aWishThatComesWhileThePlatformStartsIsNotForgotten() throws IOException {
        Files.writeString(file, USUAL + "cors-origin: '*'\n");
        reload.reload();
        assertThat(told).isEmpty();
        reload.into(platform);
        assertThat(told).containsExactly("configuration reloaded: cors-origin");
    }
}
