package dev.inferencekey.cli.store;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.ExitCode;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.cli.shell.Terminal;
import dev.inferencekey.cli.up.MasterKeyOptions;
import dev.inferencekey.cli.up.StoreOptions;
import dev.inferencekey.server.store.transfer.StoreFinding;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik store check}. */
@Command(
        name = "check",
        description =
                "Look whether the store is whole: tables, references, change log, secrets. Ends with 1 if something is wrong.")
public final class CheckStoreCommand extends StoreCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // What holds is put together with variables and file.
    private StoreOptions store = new StoreOptions();

    @Mixin
    @SuppressWarnings("UnusedVariable")
    private MasterKeyOptions masterKey = new MasterKeyOptions();

    private boolean sound = true;

    public CheckStoreCommand(CommandContext context) {
        super(context);
    }

    @Override
    void keep() {
        List<StoreFinding> findings = keeping().check(configuration().masterKey());
        sound = findings.stream().allMatch(StoreFinding::ok);
        ObjectNode document = object().put("ok", sound);
        ArrayNode checks = document.putArray("checks");
        findings.forEach(finding -> checks.addObject()
                .put("subject", finding.subject())
                .put("ok", finding.ok())
                .put("message", finding.message()));
        context.answer(document, () -> findings.forEach(this::show));
    }

    @Override
    public Integer call() throws Exception {
        super.call();
        return sound ? ExitCode.OK : ExitCode.REFUSED;
    }

    private void show(StoreFinding finding) {
        Terminal terminal = context.shell().outTerminal();
        context.say((finding.ok() ? terminal.green("ok  ") : terminal.red("fail")) + "  "
                + String.format(Locale.ROOT, "%-11s", finding.subject()) + "  " + PlainText.line(finding.message()));
    }
}
