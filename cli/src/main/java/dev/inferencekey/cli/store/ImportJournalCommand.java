package dev.inferencekey.cli.store;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.up.StoreOptions;
import dev.inferencekey.server.background.usage.JournalImport;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ik store import-journal}. */
@Command(
        name = "import-journal",
        description =
                "Bring the usage that a node which does not come back left in its data folder to the store. May be repeated.")
public final class ImportJournalCommand extends StoreCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // What holds is put together with variables and file.
    private StoreOptions store = new StoreOptions();

    @Parameters(paramLabel = "FOLDER", description = "The data folder that the node had, or a copy of it.")
    private Path folder = Path.of("");

    public ImportJournalCommand(CommandContext context) {
        super(context);
    }

    @Override
    void keep() {
        JournalImport.Imported imported =
                keeping().importJournal(folder.toAbsolutePath().normalize());
        context.answer(
                object().put("records", imported.records()).put("too_old", imported.tooOld()),
                () -> context.say(said(imported)));
    }

    private static String said(JournalImport.Imported imported) {
        if (imported.records() == 0) {
            return "No usage is left in this folder.";
        }
        String taken = String.format(
                Locale.ROOT,
                "The store has the usage of %,d requests from there. Nothing is left in the folder.",
                imported.records() - imported.tooOld());
        return imported.tooOld() == 0
                ? taken
                : taken
                        + String.format(
                                Locale.ROOT,
                                "%n%,d requests were not taken: single requests of their time are forgotten, so nobody can tell whether they"
                                        + " are counted already.",
                                imported.tooOld());
    }
}
