package dev.inferencekey.cli.store;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.up.StoreAddress;
import dev.inferencekey.server.app.StoreKeeping;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ik store move}. */
@Command(
        name = "move",
        description =
                "Move the installation in the data folder to an empty PostgreSQL database, while no server runs on it.")
public final class MoveStoreCommand extends StoreCommand {
    private static final String TO = "--to";
    private static final String TO_FILE = "--to-file";

    @Option(
            names = TO,
            paramLabel = "URL",
            description = "The database, without a password (default: $$INFERENCEKEY_STORE, which may contain the"
                    + " password or be only that).")
    private @Nullable String to;

    @Option(
            names = TO_FILE,
            paramLabel = "FILE",
            description = "A file with that address and its password, or with the password alone"
                    + " (default: $$INFERENCEKEY_STORE_FILE).")
    private @Nullable Path toFile;

    public MoveStoreCommand(CommandContext context) {
        super(context);
    }

    @Override
    void keep() {
        PostgresAddress target = StoreAddress.of(context.shell(), TO, to, TO_FILE, toFile)
                .orElseThrow(() -> new UsageException("name the database with " + TO));
        Path data = configuration().data();
        List<Copied> moved = StoreKeeping.of(data, Optional.empty()).moveTo(target);
        tell(
                moved,
                "Moved to " + target + "; the file in " + data + " stays as it was.",
                "Start each node with --store, and with this installation's key: --master-key "
                        + data.resolve("master.key"));
    }
}
