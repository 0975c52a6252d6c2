package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.AllCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Every {@code ik} command that a page shows is one that {@code ik} takes. */
class ShownCommandsTest {
    private static final Set<String> SHELL = Set.of("", "sh", "bash", "shell", "console");
    private static final Set<String> PROGRAM = Set.of("ik", "./ik");
    private static final Pattern INLINE = Pattern.compile("`(?:\\./)?ik ([^`]+)`");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z-]*");
    private static final Pattern OPTION = Pattern.compile("--?[a-z][a-z-]*");

    /** Stands for more of the same. */
    private static final String MORE = "…";

    @Test
    void everyLineOfCodeParses() {
        CommandLine ik = AllCommands.all();
        List<String> wrong = new ArrayList<>();
        int lines = 0;
        for (Page page : Page.all()) {
            for (Page.Code code : page.code()) {
                if (!SHELL.contains(code.language())) {
                    continue;
                }
                for (List<String> command : ShellLine.commands(code.text())) {
                    if (PROGRAM.contains(command.getFirst())) {
                        lines++;
                        String[] arguments = command.stream()
                                .skip(1)
                                .filter(word -> !word.equals(MORE))
                                .toArray(String[]::new);
                        try {
                            ik.parseArgs(arguments);
                        } catch (ParameterException e) {
                            wrong.add(code + " " + String.join(" ", command) + ": " + e.getMessage());
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(lines).isGreaterThan(50);
    }

    /** In running text a command may be shown in part; what is shown of it exists. */
    @Test
    void everyCommandAndOptionInRunningTextExists() {
        CommandLine ik = AllCommands.all();
        List<String> wrong = new ArrayList<>();
        for (Page page : Page.all()) {
            for (String line : page.prose()) {
                for (MatchResult shown : INLINE.matcher(line).results().toList()) {
                    String problem = problem(ik, shown.group(1));
                    if (!problem.isEmpty()) {
                        wrong.add(page.path() + " " + shown.group() + ": " + problem);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String problem(CommandLine root, String shown) {
        CommandLine command = root;
        for (String word : shown.strip().split("\\s+")) {
            Map<String, CommandLine> below = command.getSubcommands();
            if (below.containsKey(word)) {
                command = below.get(word);
            } else if (OPTION.matcher(word).matches()) {
                if (command.getCommandSpec().findOption(word) == null) {
                    return "no option " + word;
                }
            } else if (NAME.matcher(word).matches()
                    && !below.isEmpty()
                    && !command.getCommandName().equals("usage")) {
                return "no command " + word;
            }
        }
        return "";
    }
}
