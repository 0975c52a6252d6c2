package dev.inferencekey.cli.store;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.up.StoreOptions;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ik store restore}. */
@Command(name = "restore", description = "Put a backup in the place of the store, while no server runs on it.")
public final class RestoreStoreCommand extends StoreCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // What holds is put together with variables and file.
    private StoreOptions store = new StoreOptions();

    @Parameters(paramLabel = "FILE", description = "A backup that `ik store backup` wrote.")
    private Path file = Path.of("");

    @Option(names = "--replace", description = "Give up what the store holds now.")
    private boolean replace;

    public RestoreStoreCommand(CommandContext context) {
        super(context);
    }

    @Override
    void keep() {
        tell(
                keeping().restore(file.toAbsolutePath().normalize(), replace),
                "Restored. Keys that were revoked after the backup was made work again: look at the audit trail that you"
                        + " have of that time, and revoke them once more.");
    }
}
