package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which database holds the installation. Filled by picocli on one thread.
 *
 * <p>Notes. Command lines can be read by everybody on the machine, so a password never comes from there: the variable or the file holds
 * it, alone or in a whole address.
 */
public final class StoreOptions {
    static final String VARIABLE = "INFERENCEKEY_STORE";
    static final String FILE_VARIABLE = "INFERENCEKEY_STORE_FILE";

    private static final String OPTION = "--store";
    private static final String FILE_OPTION = "--store-file";

    @Option(
            names = OPTION,
            paramLabel = "URL",
            description = "The PostgreSQL database that all nodes share, without a password, such as"
                    + " postgresql://ik@db/inferencekey?sslmode=verify-full (default: $$INFERENCEKEY_STORE, which may"
                    + " contain the password or be only that; else a file in the data folder, for one node).")
    private @Nullable String url;

    @Option(
            names = FILE_OPTION,
            paramLabel = "FILE",
            description = "A file with that address and its password, or with the password alone"
                    + " (default: $$INFERENCEKEY_STORE_FILE).")
    private @Nullable Path file;

    /** The database; empty if none was named, which means the file in the data folder. */
    public Optional<PostgresAddress> address(Shell shell) {
        Secret secret = secret(shell);
        if (url == null) {
            return Optional.ofNullable(secret).map(found -> parsed(found.text(), found.source()));
        }
        PostgresAddress address = parsed(url, OPTION);
        if (address.password().isPresent()) {
            throw new UsageException(OPTION + " must not contain the password, since others on this machine can read"
                    + " command lines: put the address into " + VARIABLE + ", or into a file for " + FILE_OPTION);
        }
        if (secret == null) {
            return Optional.of(address);
        }
        if (!secret.text().contains("://")) {
            return Optional.of(address.withPassword(secret.text()));
        }
        PostgresAddress other = parsed(secret.text(), secret.source());
        if (!other.isSamePlaceAs(address)) {
            throw new UsageException(
                    OPTION + " and " + secret.source() + " name different databases; leave one of them out");
        }
        return Optional.of(other.password().map(address::withPassword).orElse(address));
    }

    private record Secret(String text, String source) {
        @Override
        public String toString() {
            return "Secret[" + source + "]";
        }
    }

    private @Nullable Secret secret(Shell shell) {
        if (file != null) {
            return new Secret(SecretFile.read(file, FILE_OPTION), FILE_OPTION);
        }
        Optional<String> variable = shell.variable(VARIABLE);
        Optional<String> named = shell.variable(FILE_VARIABLE);
        if (variable.isPresent() && named.isPresent()) {
            throw new UsageException(VARIABLE + " and " + FILE_VARIABLE + " are both set; unset one of them");
        }
        if (variable.isPresent()) {
            return new Secret(variable.get().strip(), VARIABLE);
        }
        return named.map(path -> new Secret(SecretFile.read(Path.of(path), FILE_VARIABLE), FILE_VARIABLE))
                .orElse(null);
    }

    private static PostgresAddress parsed(String text, String source) {
        try {
            return PostgresAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(source + ": " + e.getMessage());
        }
    }
}
