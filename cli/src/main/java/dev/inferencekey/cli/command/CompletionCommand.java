package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.UsageException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ik completion}. */
@Command(
        name = "completion",
        description = "Print a completion script, for instance for: source <(ik completion bash).")
public final class CompletionCommand extends LeafCommand {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private String shell = "";

    public CompletionCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        CommandLine root = spec.root().commandLine();
        String script = switch (shell) {
            // The script for bash loads zsh's emulation by itself.
            case "bash", "zsh" -> AutoComplete.bash("ik", root);
            case "fish" -> FishCompletion.script(root);
            default -> throw new UsageException("there is completion for bash, zsh and fish, not for " + shell);
        };
        context.answer(
                object().put("shell", shell).put("script", script),
                () -> context.shell().out().print(script));
    }
}
