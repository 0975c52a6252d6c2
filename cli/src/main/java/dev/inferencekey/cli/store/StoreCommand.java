package dev.inferencekey.cli.store;

import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.shell.Table;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import dev.inferencekey.server.store.transfer.TransferException;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A command about a whole store, which it reaches itself and not by way of a server. */
abstract class StoreCommand extends LeafCommand {
    private static final int SHOWN_DIGITS = 16;

    StoreCommand(CommandContext context) {
        super(context);
    }

    /** Does it. */
    abstract void keep();

    @Override
    protected final void run() {
        try {
            keep();
        } catch (TransferException e) {
            // Told in words that commands know which run without the server's classes.
            throw new RefusedException(0, "store_refused", String.valueOf(e.getMessage()), null, null);
        }
    }

    /** Tells which tables went along, and then what to do. */
    final void tell(List<Copied> copied, String... lines) {
        ObjectNode document = object();
        ArrayNode tables = document.putArray("tables");
        copied.forEach(one -> tables.addObject()
                .put("table", one.table())
                .put("rows", one.rows())
                .put("checksum", one.checksum()));
        context.answer(document, () -> {
            Table table = new Table().whole("TABLE").number("ROWS").spare("CHECKSUM");
            copied.forEach(one -> table.row(
                    one.table(),
                    String.format(Locale.ROOT, "%,d", one.rows()),
                    one.checksum().substring(0, SHOWN_DIGITS)));
            table.print(context.shell().out(), context.shell().outTerminal());
            for (String line : lines) {
                context.say(line);
            }
        });
    }
}
