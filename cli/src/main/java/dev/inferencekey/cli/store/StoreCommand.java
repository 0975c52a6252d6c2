package dev.inferencekey.cli.store;

import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.shell.Table;
import dev.inferencekey.cli.up.ServerConfiguration;
import dev.inferencekey.server.app.StoreKeeping;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import dev.inferencekey.server.store.transfer.TransferException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A command about a whole store, which it reaches itself and not by way of a server. */
abstract class StoreCommand extends LeafCommand {
    private static final int SHOWN_DIGITS = 16;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Take data folder, store and master key from this configuration file of a server, unless a"
                    + " flag or variable names them (default: $$INFERENCEKEY_CONFIG, else none).")
    private @Nullable Path config;

    StoreCommand(CommandContext context) {
        super(context);
    }

    /** Where a server with these options, this environment and this file keeps everything. */
    final ServerConfiguration configuration() {
        if (spec == null) {
            throw new IllegalStateException("picocli runs commands that it has read");
        }
        return ServerConfiguration.of(context, spec.commandLine().getParseResult(), config);
    }

    /** The store that it has, and its data folder. */
    final StoreKeeping keeping() {
        ServerConfiguration configuration = configuration();
        return StoreKeeping.of(configuration.data(), configuration.store());
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
