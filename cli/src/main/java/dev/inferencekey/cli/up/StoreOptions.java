package dev.inferencekey.cli.up;

import dev.inferencekey.cli.setting.Origin;
import dev.inferencekey.cli.setting.ResolvedSettings;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which database holds the installation. Filled by picocli on one thread. */
public final class StoreOptions {
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
    Optional<PostgresAddress> address(Shell shell) {
        return StoreAddress.of(shell, OPTION, url, FILE_OPTION, file);
    }

    /**
     * The same for a server, which may also have an address in its configuration file: a variable or a file of its own that holds a whole
     * address wins over that, one that holds the password alone completes it.
     */
    Optional<PostgresAddress> address(Shell shell, ResolvedSettings resolved) {
        ResolvedSettings.Value named = resolved.value("store");
        if (named.origin() instanceof Origin.Flag) {
            return StoreAddress.of(shell, OPTION, named.texts().getFirst(), FILE_OPTION, file);
        }
        return resolved.inFile("store")
                .map(written -> StoreAddress.inFile(shell, OPTION, written, FILE_OPTION, file))
                .orElseGet(() -> address(shell));
    }
}
