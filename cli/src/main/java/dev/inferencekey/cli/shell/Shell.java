package dev.inferencekey.cli.shell;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a command may know of the place it was started in. Passed in, so that tests run commands without a process.
 *
 * <p>Immutable; the streams are as thread-safe as {@link PrintStream} is.
 *
 * @param environment the environment variables
 * @param in what is piped or typed in
 * @param out results, and nothing but results
 * @param err progress and errors
 * @param outTerminal what {@code out} is connected to
 * @param errTerminal what {@code err} is connected to
 * @param passwords asks a person for what must not be seen
 * @param home the person's home folder
 */
public record Shell(
        Map<String, String> environment,
        InputStream in,
        PrintStream out,
        PrintStream err,
        Terminal outTerminal,
        Terminal errTerminal,
        PasswordPrompt passwords,
        InstantSource clock,
        Path home) {
    public Shell {
        environment = Map.copyOf(environment);
    }

    /** The variable's value; blank counts as absent. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }
}
