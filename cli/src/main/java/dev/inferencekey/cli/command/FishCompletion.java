package dev.inferencekey.cli.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Writes the completion script for fish, which picocli does not. Stateless and thread-safe. */
final class FishCompletion {
    private static final String START = """
            function __ik_at
                set -l words
                for word in (commandline -opc)[2..]
                    string match -q -- '-*' $word; or set -a words $word
                end
                test "$words[1..$argv[1]]" = "$argv[2..]"
            end
            complete -c ik -f
            """;

    private FishCompletion() {}

    static String script(CommandLine root) {
        StringBuilder script = new StringBuilder(START);
        add(root, List.of(), script);
        return script.toString();
    }

    private static void add(CommandLine command, List<String> path, StringBuilder script) {
        String here = "complete -c ik -n '__ik_at " + path.size() + (path.isEmpty() ? "" : " " + String.join(" ", path))
                + "'";
        for (CommandLine child : command.getSubcommands().values()) {
            CommandSpec spec = child.getCommandSpec();
            if (!spec.usageMessage().hidden()) {
                script.append(here)
                        .append(" -a ")
                        .append(spec.name())
                        .append(description(spec.usageMessage().description()));
            }
        }
        for (OptionSpec option : command.getCommandSpec().options()) {
            script.append(here);
            for (String name : option.names()) {
                script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            // Only what takes a file or folder is completed from the disk.
            boolean onDisk =
                    option.paramLabel().equals("FILE") || option.paramLabel().equals("DIR");
            script.append(option.arity().max() == 0 ? "" : onDisk ? " -r -F" : " -x")
                    .append(description(option.description()));
        }
        command.getSubcommands().forEach((name, child) -> {
            List<String> deeper = new ArrayList<>(path);
            deeper.add(name);
            add(child, deeper, script);
        });
    }

    private static String description(String... lines) {
        String text = lines.length == 0
                ? ""
                : lines[0].replace("$$", "$").replace("\\", "\\\\").replace("'", "\\'");
        return " -d '" + text + "'\n";
    }
}
