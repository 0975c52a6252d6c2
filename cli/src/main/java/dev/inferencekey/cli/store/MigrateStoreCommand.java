package dev.inferencekey.cli.store;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.up.StoreOptions;
import dev.inferencekey.server.app.StoreKeeping.Migration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik store migrate}. */
@Command(
        name = "migrate",
        description = "Bring the tables up to date for this release; the release before it can go on using them.")
public final class MigrateStoreCommand extends StoreCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // What holds is put together with variables and file.
    private StoreOptions store = new StoreOptions();

    public MigrateStoreCommand(CommandContext context) {
        super(context);
    }

    @Override
    void keep() {
        Migration migration = keeping().migrate();
        context.answer(
                object().put("from", migration.from()).put("to", migration.to()),
                () -> context.say(
                        migration.from() == migration.to()
                                ? "The tables are up to date, in data version " + migration.to() + "."
                                : "Brought the tables from data version " + migration.from() + " to " + migration.to()
                                        + "."));
    }
}
