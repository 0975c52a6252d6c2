package dev.inferencekey.cli.doctor;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.ExitCode;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.cli.shell.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik doctor}. */
@Command(
        name = "doctor",
        description =
                "Check this machine: Java, engine, isolation of engines, data folder, port, clock. Ends with 1 if something fails.")
public final class DoctorCommand extends LeafCommand {
    private boolean failed;

    public DoctorCommand(CommandContext context) {
        super(context);
    }

    @Override
    public Integer call() throws Exception {
        super.call();
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    @Override
    protected void run() {
        List<Finding> findings = new ArrayList<>(
                new MachineCheck(context.shell(), System.getProperty("os.name"), System.getProperty("os.arch")).run());
        Path data = context.dataFolder().path();
        findings.add(new IsolationCheck(data, context.shell().environment()).run());
        findings.addAll(new DataFolderCheck(data).run());
        findings.addAll(new ServerCheck(context.server(), context.now()).run());
        failed = findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL);
        context.answer(document(findings), () -> findings.forEach(this::show));
    }

    private void show(Finding finding) {
        Terminal terminal = context.shell().outTerminal();
        String mark = switch (finding.level()) {
            case OK -> terminal.green("ok  ");
            case WARN -> terminal.yellow("warn");
            case FAIL -> terminal.red("fail");
        };
        String subject = String.format(Locale.ROOT, "%-11s", finding.subject());
        context.say(mark + "  " + subject + "  " + PlainText.line(finding.message()));
        if (!finding.advice().isEmpty()) {
            context.say(" ".repeat(19) + "→ " + PlainText.line(finding.advice()));
        }
    }

    private ObjectNode document(List<Finding> findings) {
        ObjectNode document = object().put("ok", !failed);
        ArrayNode checks = document.putArray("checks");
        for (Finding finding : findings) {
            ObjectNode check = checks.addObject()
                    .put("subject", finding.subject())
                    .put("level", finding.level().name().toLowerCase(Locale.ROOT))
                    .put("message", finding.message());
            if (!finding.advice().isEmpty()) {
                check.put("advice", finding.advice());
            }
        }
        return document;
    }
}
