package dev.inferencekey.cli;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FailureReport;
import dev.inferencekey.cli.command.GlobalOptions;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.cli.shell.SystemShell;
import dev.inferencekey.cli.up.EmbeddedPlatform;
import dev.inferencekey.cli.up.PlatformLauncher;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;

/** The {@code ik} program. Read this first, then {@link CommandTree}. */
public final class Ik {
    private static final int WIDEST_HELP = 100;

    private Ik() {}

    public static void main(String[] args) {
        // Named only when it starts: most commands run without the server's libraries on the class path.
        Shell shell = SystemShell.open();
        PlatformLauncher embedded = settings -> new EmbeddedPlatform(notice -> say(shell, notice)).start(settings);
        System.exit(run(shell, embedded, args));
    }

    private static void say(Shell shell, String notice) {
        shell.err().println("ik: " + notice);
        shell.err().flush();
    }

    /** Runs one command; the answer is what the process ends with. Every failure is a sentence, never a trace. */
    public static int run(Shell shell, PlatformLauncher launcher, String... args) {
        GlobalOptions options = new GlobalOptions();
        CommandContext context = new CommandContext(shell, options);
        // A command line that cannot be read has no options yet; whoever wrote --json still wants JSON.
        boolean json = List.of(args).contains("--json");
        CommandLine root = CommandTree.of(context, launcher, List.of(args));
        root.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
        root.setUsageHelpWidth(Math.min(shell.outTerminal().columns(), WIDEST_HELP));
        root.setColorScheme(Help.defaultColorScheme(shell.outTerminal().colour() ? Help.Ansi.ON : Help.Ansi.OFF));
        root.setParameterExceptionHandler((e, ignored) -> {
            FailureReport report = FailureReport.usage(String.valueOf(e.getMessage()));
            report.print(shell, json);
            if (!json) {
                advise(shell, e);
            }
            return report.exitCode();
        });
        root.setExecutionExceptionHandler((e, command, parsed) -> {
            FailureReport report = FailureReport.of(e);
            report.print(shell, json);
            return report.exitCode();
        });
        return root.execute(args);
    }

    private static void advise(Shell shell, ParameterException e) {
        CommandLine command = e.getCommandLine();
        if (command.getSubcommands().isEmpty()) {
            shell.err().println("Try `" + command.getCommandSpec().qualifiedName() + " --help`.");
        } else {
            List<String> names = command.getSubcommands().keySet().stream().toList();
            shell.err()
                    .println("Commands of " + command.getCommandSpec().qualifiedName() + ": " + String.join(", ", names)
                            + ".");
        }
    }
}
