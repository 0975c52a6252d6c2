package dev.inferencekey.cli.shell;

import java.util.Optional;

/** Asks a person for a secret, without echo. */
@FunctionalInterface
public interface PasswordPrompt {
    /** What was typed; empty if nobody can be asked or the person gave up. */
    Optional<String> ask(String question);
}
