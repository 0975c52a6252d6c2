package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.AllCommands;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What {@code docs/reference/commands.md} promises: every command with its options, from the commands themselves, and an example. */
class CommandsPageTest {
    /** Every command has these; the page's head tells of them. */
    private static final Set<String> GLOBAL = Set.of("--data", "--url", "--json", "--help", "--version");

    private final Set<String> ofServer = new HashSet<>();
    private final StringBuilder text = new StringBuilder();
    private final Map<String, List<String>> examples = examples();

    @Test
    void listsEachCommandWordForWord() throws IOException {
        CommandLine ik = AllCommands.all();
        Objects.requireNonNull(ik.getSubcommands().get("server"))
                .getCommandSpec()
                .options()
                .forEach(option -> ofServer.add(option.longestName()));
        ik.getSubcommands().forEach((name, command) -> top(name, command));
        assertThat(examples).as("examples of commands that are gone").isEmpty();
        Generated.check("reference/commands.md", getClass(), text.toString());
    }

    private void top(String name, CommandLine command) {
        text.append("\n## ik ").append(name).append("\n\n").append(description(command.getCommandSpec()));
        boolean group = command.getCommandSpec().userObject() == null
                || command.getCommandSpec()
                        .userObject()
                        .getClass()
                        .getSimpleName()
                        .equals("GroupCommand");
        if (!group) {
            body("ik " + name, command.getCommandSpec());
        }
        command.getSubcommands().forEach((child, sub) -> {
            text.append("\n### ik ").append(name).append(' ').append(child).append("\n\n");
            text.append(description(sub.getCommandSpec()));
            body("ik " + name + " " + child, sub.getCommandSpec());
        });
    }

    private void body(String name, CommandSpec spec) {
        boolean asServer = spec.options().stream()
                        .filter(option -> ofServer.contains(option.longestName()))
                        .count()
                > 40;
        List<OptionSpec> options = spec.options().stream()
                .filter(option -> !asServer || !ofServer.contains(option.longestName()))
                .filter(option -> !option.hidden() && !GLOBAL.contains(option.longestName()))
                .sorted(Comparator.comparing(OptionSpec::required)
                        .reversed()
                        .thenComparing(option -> option.longestName().replaceAll("^-+", "")))
                .toList();
        StringBuilder synopsis = new StringBuilder(name);
        options.stream()
                .filter(OptionSpec::required)
                .forEach(option -> synopsis.append(' ').append(shown(option)));
        spec.positionalParameters().forEach(parameter -> synopsis.append(' ').append(shown(parameter)));
        if (asServer || options.stream().anyMatch(option -> !option.required())) {
            synopsis.append(" [OPTION…]");
        }
        text.append("\n```text\n").append(synopsis).append("\n```\n");
        if (asServer) {
            text.append("\nAlso takes the [settings of a server](settings.md).\n");
        }
        if (!options.isEmpty() || !spec.positionalParameters().isEmpty()) {
            text.append("\n| option | what |\n| --- | --- |\n");
            for (PositionalParamSpec parameter : spec.positionalParameters()) {
                row("`" + parameter.paramLabel() + "`", parameter);
            }
            for (OptionSpec option : options) {
                row("`" + String.join("`, `", names(option)) + "`", option);
            }
        }
        List<String> shown = examples.remove(name);
        assertThat(shown)
                .as("an example of `%s` in src/test/resources/docs/examples.txt", name)
                .isNotNull();
        text.append("\n```sh\n").append(String.join("\n", shown)).append("\n```\n");
    }

    private void row(String label, ArgSpec arg) {
        text.append("| ")
                .append(Generated.cell(label))
                .append(" | ")
                .append(Generated.cell(plain(arg.description())))
                .append(arg.required() && arg.isOption() ? " Required." : "")
                .append(" |\n");
    }

    private static List<String> names(OptionSpec option) {
        List<String> names = new ArrayList<>();
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        for (String name : option.names()) {
            names.add(name + (name.equals(option.longestName()) ? value : ""));
        }
        return names;
    }

    private static String shown(ArgSpec arg) {
        if (arg instanceof OptionSpec option) {
            return option.longestName() + " " + option.paramLabel();
        }
        boolean many = arg.arity().max() > 1;
        return arg.arity().min() == 0
                ? "[" + arg.paramLabel() + (many ? "…" : "") + "]"
                : arg.paramLabel() + (many ? "…" : "");
    }

    private static String description(CommandSpec spec) {
        return plain(spec.usageMessage().description()).replace("<", "&lt;") + "\n";
    }

    private static String plain(String[] lines) {
        return String.join(" ", lines)
                .replace("$$", "$")
                .replace("%n", " ")
                .replace("%%", "%")
                .strip();
    }

    /** Examples by command: a line `= ik key create`, and below it what is typed. */
    private static Map<String, List<String>> examples() {
        try (InputStream in = CommandsPageTest.class.getResourceAsStream("/docs/examples.txt")) {
            Map<String, List<String>> examples = new LinkedHashMap<>();
            List<String> lines = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("= ")) {
                    lines = new ArrayList<>();
                    examples.put(line.substring(2), lines);
                } else if (!line.isBlank()) {
                    lines.add(line);
                }
            }
            return examples;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
