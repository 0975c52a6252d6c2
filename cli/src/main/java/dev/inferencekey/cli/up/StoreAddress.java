package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts a database's address together from an option, a file and the environment. Stateless and thread-safe.
 *
 * <p>Notes. Command lines can be read by everybody on the machine, so a password never comes from there: the variable or the file holds
 * it, alone or in a whole address.
 */
public final class StoreAddress {
    static final String VARIABLE = "INFERENCEKEY_STORE";
    static final String FILE_VARIABLE = "INFERENCEKEY_STORE_FILE";

    private StoreAddress() {}

    /**
     * The database; empty if none was named.
     *
     * @param option what {@code url} was given with, such as {@code --store}
     * @param fileOption what {@code file} was given with
     */
    public static Optional<PostgresAddress> of(
            Shell shell, String option, @Nullable String url, String fileOption, @Nullable Path file) {
        Secret secret = secret(shell, fileOption, file);
        if (url == null) {
            return Optional.ofNullable(secret).map(found -> parsed(found.text(), found.source()));
        }
        PostgresAddress address = parsed(url, option);
        if (address.password().isPresent()) {
            throw new UsageException(option + " must not contain the password, since others on this machine can read"
                    + " command lines: put the address into " + VARIABLE + ", or into a file for " + fileOption);
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
                    option + " and " + secret.source() + " name different databases or users; leave one of them out");
        }
        return Optional.of(address.completedBy(other));
    }

    /**
     * The database whose address stands in a configuration file, where it may contain the password.
     *
     * @param option what to call {@code written} in messages
     */
    static Optional<PostgresAddress> inFile(
            Shell shell, String option, String written, String fileOption, @Nullable Path file) {
        Secret secret = secret(shell, fileOption, file);
        if (secret == null) {
            return Optional.of(parsed(written, option));
        }
        return Optional.of(
                secret.text().contains("://")
                        ? parsed(secret.text(), secret.source())
                        : parsed(written, option).withPassword(secret.text()));
    }

    private record Secret(String text, String source) {
        @Override
        public String toString() {
            return "Secret[" + source + "]";
        }
    }

    private static @Nullable Secret secret(Shell shell, String fileOption, @Nullable Path file) {
        if (file != null) {
            return new Secret(SecretFile.read(file, fileOption), fileOption);
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
