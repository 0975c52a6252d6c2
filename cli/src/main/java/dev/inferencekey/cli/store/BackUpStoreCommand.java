package dev.inferencekey.cli.store;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.up.StoreOptions;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ik store backup}. */
@Command(
        name = "backup",
        description = "Write a backup of the store, which may be in use, into a new file; master.key is not in it.")
public final class BackUpStoreCommand extends StoreCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // What holds is put together with variables and file.
    private StoreOptions store = new StoreOptions();

    @Parameters(paramLabel = "FILE", description = "Where to: a SQLite file, whichever database it comes from.")
    private Path file = Path.of("");

    public BackUpStoreCommand(CommandContext context) {
        super(context);
    }

    @Override
    void keep() {
        Path target = file.toAbsolutePath().normalize();
        tell(
                keeping().backUp(target),
                "Backup in " + target + ". Keep it together with the master key, without which the secrets in it"
                        + " can't be opened.");
    }
}
