package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.setting.Setting;
import dev.inferencekey.cli.setting.SettingTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What {@code docs/reference/settings.md} promises. */
class SettingsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "settings.md");
    private static final String MARK =
            "<!-- What follows is written by SettingsPageTest from the options themselves. -->\n";

    /** Set to write the page instead of comparing it. */
    private static final String WRITE = "INFERENCEKEY_WRITE_DOCS";

    @Test
    void listsEachOptionWordForWord() throws IOException {
        String page = Files.readString(PAGE);
        String right = page.substring(0, page.indexOf(MARK) + MARK.length()) + options();
        if (System.getenv(WRITE) != null) {
            Files.writeString(PAGE, right);
            return;
        }
        assertThat(page)
                .as("docs/reference/settings.md lags behind the options; run this test once with %s=1", WRITE)
                .isEqualTo(right);
    }

    private static String options() {
        CommandSpec spec = new ServerLine().parser().getCommandSpec();
        SettingTable settings = ServerLine.table();
        StringBuilder text = new StringBuilder();
        Set<ArgSpec> grouped = new HashSet<>();
        List<ArgGroupSpec> groups = spec.argGroups().stream()
                .sorted(Comparator.comparingInt(ArgGroupSpec::order))
                .toList();
        groups.forEach(group -> grouped.addAll(group.allOptionsNested()));
        table(
                text,
                "The basics",
                settings,
                spec.options().stream()
                        .filter(option -> !grouped.contains(option))
                        .toList());
        for (ArgGroupSpec group : groups) {
            String heading = group.heading().replace("%n", "").strip().replaceAll("( \\(TIME[^)]*\\))?:$", "");
            table(text, heading, settings, group.allOptionsNested());
        }
        return text.toString();
    }

    private static void table(StringBuilder text, String heading, SettingTable settings, List<OptionSpec> options) {
        text.append("\n## ").append(heading).append("\n\n| setting | variable | what |\n| --- | --- | --- |\n");
        for (OptionSpec option : options) {
            Setting setting = settings.find(option.longestName().substring(2)).orElse(null);
            if (setting == null) {
                continue; // --config, of which the page tells above.
            }
            String label = setting.toggle() ? "" : " " + option.paramLabel();
            text.append("| `")
                    .append(setting.flag())
                    .append(label)
                    .append("` | `")
                    .append(setting.variable())
                    .append("` | ")
                    .append(String.join(" ", option.description())
                            .replace("$$", "$")
                            .replace("|", "\\|"))
                    .append(setting.reloadable() ? " *Reloaded.*" : "")
                    .append(" |\n");
        }
    }
}
