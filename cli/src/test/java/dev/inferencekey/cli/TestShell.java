package dev.inferencekey.cli;

import dev.inferencekey.cli.api.PrivateFile;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.cli.shell.Terminal;
import dev.inferencekey.cli.up.PlatformLauncher;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs commands without a process, at a fixed time, and keeps what they print. */
public final class TestShell {
    public static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

    /** What opens the fake server to the operator. */
    public static final String OPERATOR = "ik_operator_0a0b0c0d_" + "0123456789abcdef".repeat(4);

    private final Path home;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Terminal terminal = Terminal.NONE;
    private String in = "";
    private @Nullable String typed;
    private PlatformLauncher launcher = settings -> {
        throw new AssertionError("no platform is due here");
    };

    /** What a command left behind. */
    public record Result(int exitCode, String out, String err) {}

    public TestShell(Path home) {
        this.home = home;
    }

    /** On the server's own machine: the operator credential is in the default data folder. */
    public static TestShell asOperator(Path home, FakeServer server) throws IOException {
        TestShell shell = new TestShell(home).with("INFERENCEKEY_BASE_URL", server.url());
        Files.createDirectories(shell.dataFolder());
        PrivateFile.replace(
                shell.dataFolder().resolve("operator.credential"),
                (OPERATOR + "\n").getBytes(StandardCharsets.US_ASCII));
        return shell;
    }

    public Path dataFolder() {
        return home.resolve(".local/share/inferencekey");
    }

    public TestShell with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Pipes text in. */
    public TestShell piping(String text) {
        in = text;
        return this;
    }

    /** A person types this when asked for a secret. */
    public TestShell typing(String secret) {
        typed = secret;
        return this;
    }

    public TestShell onTerminal(int columns) {
        terminal = new Terminal(true, false, columns);
        return this;
    }

    public TestShell launching(PlatformLauncher platform) {
        launcher = platform;
        return this;
    }

    public Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell = new Shell(
                environment,
                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminal,
                terminal,
                question -> Optional.ofNullable(typed),
                () -> NOW,
                home);
        int exitCode = Ik.run(shell, launcher, arguments);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
